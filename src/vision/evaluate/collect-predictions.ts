import type { Targets, TaskLabel } from '../data/tables/targets.ts';
import { answerOf, type HeadLayout } from '../heads/head-layout.ts';
import type { TaskPredictions } from './metrics/task-predictions.ts';

/** Collects the predictions of samples, batch by batch. */
export interface PredictionCollector {
  /**
   * Adds a batch.
   *
   * @param samples the rows of the samples in the targets, `[count]`.
   * @param outputs float32 `[count, all columns]`, row-major: the outputs of all heads.
   */
  add(samples: Int32Array, outputs: Float32Array): void;
  /** The samples in the order in which they were added, once for each task that they are labelled for. */
  readonly samples: readonly PredictedSample[];
  /** Returns the predictions by task, in task order. */
  byTask(): readonly TaskPredictions[];
}

export interface PredictedSample {
  /** The row of the sample in the targets. */
  readonly sample: number;
  readonly label: TaskLabel;
  /** float32 `[classes]`: the answer of the head of the task. */
  readonly probabilities: Float32Array;
}

export function collectPredictions(targets: Targets, layout: HeadLayout): PredictionCollector {
  const samples: PredictedSample[] = [];
  return {
    add(rows, outputs) {
      for (const [index, sample] of rows.entries()) {
        for (const label of targets.labels(sample)) {
          const placed = layout.heads[label.task];
          if (placed === undefined) continue;
          const probabilities = answerOf(placed, outputs, layout, index).slice();
          samples.push({ sample, label, probabilities });
        }
      }
    },
    samples,
    byTask: () =>
      targets.tasks.map(({ classes }, task) =>
        taskPredictions(
          samples.filter(({ label }) => label.task === task),
          classes,
        ),
      ),
  };
}

function taskPredictions(predicted: readonly PredictedSample[], classes: number): TaskPredictions {
  const probabilities = new Float64Array(predicted.length * classes);
  const maybe = new Uint8Array(probabilities.length);
  for (const [position, { label, probabilities: own }] of predicted.entries()) {
    probabilities.set(normalized(own), position * classes);
    for (const [index, mark] of [...label.text].entries()) if (mark === 'm') maybe[position * classes + index] = 1;
  }
  return {
    classes,
    samples: Int32Array.from(predicted, ({ sample }) => sample),
    truth: Uint8Array.from(predicted, ({ label }) => label.classIndex),
    probabilities,
    maybe,
  };
}

/** Returns probabilities in float64 that sum to 1: the sum of a float32 softmax differs from 1 in the seventh digit. */
export function normalized(probabilities: Float32Array): Float64Array {
  const row = Float64Array.from(probabilities);
  const sum = row.reduce((total, each) => total + each, 0);
  return row.map((each) => each / sum);
}
