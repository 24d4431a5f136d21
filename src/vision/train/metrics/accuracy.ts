import { type ConfusionMatrix, hitsIn, samplesIn } from './confusion.ts';

/** As in the reference's metric, so that no samples give 0 instead of a division by 0. */
const EPSILON = 1e-7;

interface TaskSamples {
  /** In the whole data set. */
  readonly samples: number;
}

/** The reference's `acc`: over the samples that have the task, hits / (samples + 1e-7). */
export function accuracyOf(matrix: ConfusionMatrix): number {
  return hitsIn(matrix) / (samplesIn(matrix) + EPSILON);
}

/** Over the samples of all tasks together. */
export function overallAccuracy(matrices: readonly ConfusionMatrix[]): number {
  return sum(matrices.map(hitsIn)) / (sum(matrices.map(samplesIn)) + EPSILON);
}

/** The mean of the tasks' accuracies, weighted as `weightedMean` does; tasks without a sample to judge by don't count. */
export function weightedAccuracy(matrices: readonly ConfusionMatrix[], tasks: readonly TaskSamples[]): number {
  const accuracies = matrices.map((matrix) => (samplesIn(matrix) > 0 ? accuracyOf(matrix) : undefined));
  return weightedMean(accuracies, tasks);
}

/** The mean of a figure of each task, weighted by how many samples of the whole data set have the task. */
export function weightedMean(figures: readonly (number | undefined)[], tasks: readonly TaskSamples[]): number {
  const known = tasks.flatMap(({ samples }, index) => {
    const figure = figures[index];
    return figure === undefined ? [] : [{ samples, figure }];
  });
  const total = sum(known.map(({ samples }) => samples));
  return total === 0 ? 0 : sum(known.map(({ samples, figure }) => samples * figure)) / total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
