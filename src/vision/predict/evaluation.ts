import type { Duplicates } from '../data/tables/duplicates.ts';
import type { Task } from '../data/tables/task.ts';
import type { Validation } from '../train/loop/validate.ts';
import { accuracyOf, weightedAccuracy, weightedMean } from '../train/metrics/accuracy.ts';
import { type ConfusionMatrix, samplesIn } from '../train/metrics/confusion.ts';

export interface TaskEvaluation {
  readonly name: string;
  readonly accuracy: number;
  /** Of the validation samples that have the task. */
  readonly count: number;
  /** What guessing among the classes would score. */
  readonly chance: number;
  /** Counts by true class (row) and predicted class (column). */
  readonly confusion: ConfusionMatrix;
}

/** How good a model is on the validation split. Weights are the tasks' sample counts in the whole data set. */
export interface Evaluation {
  readonly loss: number;
  readonly weighted_accuracy: number;
  readonly weighted_chance: number;
  /** Validation samples that count nowhere, since their images could not be decoded. */
  readonly left_out: number;
  /** Validation images that are training images, too, or nearly so. */
  readonly duplicates: Duplicates;
  readonly tasks: readonly TaskEvaluation[];
}

export function toEvaluation(
  tasks: readonly Task[],
  { loss, matrices }: Validation,
  about: Pick<Evaluation, 'left_out' | 'duplicates'>,
): Evaluation {
  const judged = tasks.map(({ name, classes }, index) => {
    const confusion = matrices[index] ?? [];
    return { name, accuracy: accuracyOf(confusion), count: samplesIn(confusion), chance: 1 / classes, confusion };
  });
  const chances = judged.map(({ count, chance }) => (count > 0 ? chance : undefined));
  return {
    loss,
    weighted_accuracy: weightedAccuracy(matrices, tasks),
    weighted_chance: weightedMean(chances, tasks),
    ...about,
    tasks: judged,
  };
}

/** The figures that a stage reports. */
export function evaluationMetrics({ loss, weighted_accuracy, tasks }: Evaluation): Record<string, number> {
  const byTask = tasks.map(({ name, accuracy }) => [`accuracy/${name}`, accuracy]);
  return { loss, weighted_accuracy, ...Object.fromEntries(byTask) };
}
