import type { Targets } from '../data/tables/targets.ts';
import { headLayout } from '../train/step/target-masks.ts';
import type { TaskPredictions } from './metrics/task-predictions.ts';

/** Collects the predictions of samples, batch by batch. */
export interface PredictionCollector {
  /**
   * Adds a batch.
   *
   * @param samples the rows of the samples in the targets, `[count]`.
   * @param probabilities float32 `[count, all classes]`, row-major: the outputs of all heads.
   */
  add(samples: Int32Array, probabilities: Float32Array): void;
  /** The samples in the order in which they were added, with the probabilities of their own task only. */
  readonly samples: readonly PredictedSample[];
  /** Returns the predictions by task, in task order. */
  byTask(): readonly TaskPredictions[];
}

export interface PredictedSample {
  /** The row of the sample in the targets. */
  readonly sample: number;
  /** float32 `[classes]`: the output of the head of the sample's task. */
  readonly probabilities: Float32Array;
}

export function collectPredictions(targets: Targets): PredictionCollector {
  const { offsets, classes, totalClasses } = headLayout(targets.tasks);
  const samples: PredictedSample[] = [];
  return {
    add(rows, probabilities) {
      for (const [index, sample] of rows.entries()) {
        const task = targets.taskOf[sample] ?? 0;
        const begin = index * totalClasses + (offsets[task] ?? 0);
        samples.push({ sample, probabilities: probabilities.slice(begin, begin + (classes[task] ?? 0)) });
      }
    },
    samples,
    byTask: () =>
      classes.map((count, task) =>
        taskPredictions(
          samples.filter(({ sample }) => targets.taskOf[sample] === task),
          count,
          targets,
        ),
      ),
  };
}

function taskPredictions(predicted: readonly PredictedSample[], classes: number, targets: Targets): TaskPredictions {
  const probabilities = new Float64Array(predicted.length * classes);
  const maybe = new Uint8Array(probabilities.length);
  for (const [position, { sample, probabilities: own }] of predicted.entries()) {
    probabilities.set(normalized(own), position * classes);
    for (let label = 0; label < classes; label += 1)
      if (targets.label(sample)[label] === 'm') maybe[position * classes + label] = 1;
  }
  return {
    classes,
    samples: Int32Array.from(predicted, ({ sample }) => sample),
    truth: Uint8Array.from(predicted, ({ sample }) => targets.classOf[sample] ?? 0),
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
