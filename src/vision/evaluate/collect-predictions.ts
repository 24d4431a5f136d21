import type { Targets, TaskLabel } from '../data/tables/targets.ts';
import { checkedAnswer } from '../heads/checked-answer.ts';
import type { HeadLayout } from '../heads/head-layout.ts';

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

export function collectPredictions({ labels }: Pick<Targets, 'labels'>, layout: HeadLayout): PredictionCollector {
  const predicted: PredictedLabel[] = [];
  return {
    add(samples, outputs) {
      for (const [image, sample] of samples.entries()) {
        for (const label of labels(sample)) {
          const head = layout.heads[label.task];
          // A copy: what a head returns may be a part of the batch.
          if (head !== undefined)
            predicted.push({ ...label, sample, answer: checkedAnswer(head, outputs, layout, image).slice() });
        }
      }
    },
    predicted,
  };
}

/** Returns probabilities in float64 that sum to 1: the sum of a float32 softmax differs from 1 in the seventh digit. */
export function normalized(probabilities: Float32Array): Float64Array {
  const row = Float64Array.from(probabilities);
  const sum = row.reduce((total, each) => total + each, 0);
  return row.map((each) => each / sum);
}
