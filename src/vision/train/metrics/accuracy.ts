import { type ConfusionMatrix, hitsIn, samplesIn } from './confusion.ts';

interface TaskSamples {
  /** The task's number of samples in the whole data set. */
  readonly samples: number;
}

/**
 * Returns a task's accuracy over the samples that have the task; 0 if there are none. The reference adds 1e-7 to the
 * number of samples, which float32 rounds away there and which float64 would keep.
 */
export function accuracyOf(matrix: ConfusionMatrix): number {
  return overallAccuracy([matrix]);
}

/** Returns the accuracy over the samples of all tasks together; 0 if there are none. */
export function overallAccuracy(matrices: readonly ConfusionMatrix[]): number {
  const samples = sum(matrices.map(samplesIn));
  return samples === 0 ? 0 : sum(matrices.map(hitsIn)) / samples;
}

/** Returns the mean of the tasks' accuracies, weighted as by `weightedMean`. Tasks without samples are excluded. */
export function weightedAccuracy(matrices: readonly ConfusionMatrix[], tasks: readonly TaskSamples[]): number {
  const accuracies = matrices.map((matrix) => (samplesIn(matrix) > 0 ? accuracyOf(matrix) : undefined));
  return weightedMean(accuracies, tasks);
}

/**
 * Returns the mean of one value per task, weighted by the task's number of samples in the whole data set. Tasks whose
 * value is undefined are excluded; returns 0 if none is left.
 */
export function weightedMean(values: readonly (number | undefined)[], tasks: readonly TaskSamples[]): number {
  const known = tasks.flatMap(({ samples }, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ samples, value }];
  });
  const total = sum(known.map(({ samples }) => samples));
  return total === 0 ? 0 : sum(known.map(({ samples, value }) => samples * value)) / total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
