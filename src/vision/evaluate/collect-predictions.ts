import type { TaskLabel, Targets } from '../data/tables/targets.ts';

/** What a model answers for one label of a sample. */
export interface PredictedLabel extends TaskLabel {
  /** The row of the sample in the targets. */
  readonly sample: number;
  /** float32 `[classes]`: what the head of the task made of its outputs, probabilities or numbers. */
  readonly answer: Float32Array;
}

/** Collects the predictions of samples, batch by batch. */
export interface PredictionCollector {
  /**
   * Adds a batch.
   *
   * @param samples the rows of the samples in the targets, `[count]`.
   * @param outputs float32 `[count, all columns]`, row-major: the outputs of all heads.
   */
  add(samples: Int32Array, outputs: Float32Array): void;
  /** The labels in the order in which they were added, those of a sample in task order. */
  readonly predicted: readonly PredictedLabel[];
}
