import type { Duplicates } from '../data/tables/duplicates.ts';
import type { Task } from '../data/tables/task.ts';
import type { Validation } from '../train/loop/validate.ts';
import { accuracyOf, weightedAccuracy, weightedMean } from '../train/metrics/accuracy.ts';
import { type ConfusionMatrix, samplesIn } from '../train/metrics/confusion.ts';

export interface TaskEvaluation {
  readonly name: string;
  /** Accuracy on the validation samples that have the task. */
  readonly accuracy: number;
  /** The number of these samples. */
  readonly count: number;
  /** The accuracy of guessing at random: 1 / classes. */
  readonly chance: number;
  /** The number of samples by true class (row) and predicted class (column). */
  readonly confusion: ConfusionMatrix;
}

/** The result of evaluating a model on the validation split: the content of `evaluation.json`. */
export interface Evaluation {
  /** The loss as in training, equal to `val_loss`: mean cross-entropy with label smoothing, and the L2 penalty. */
  readonly loss: number;
  /** Mean cross-entropy over the samples, without these. */
  readonly cross_entropy: number;
  /** Mean of the tasks' accuracies, weighted by each task's number of samples in the whole data set. */
  readonly weighted_accuracy: number;
  /** The same mean of the tasks' chance levels. */
  readonly weighted_chance: number;
  /** The number of validation samples that were skipped because their images are quarantined. */
  readonly left_out: number;
  /** Validation images that are identical or nearly identical to training images. */
  readonly duplicates: Duplicates;
  readonly tasks: readonly TaskEvaluation[];
}

/** Computes the evaluation from the confusion matrices of the validation split. */
export function toEvaluation(
  tasks: readonly Task[],
  { loss, crossEntropy, matrices }: Validation,
  about: Pick<Evaluation, 'left_out' | 'duplicates'>,
): Evaluation {
  const evaluated = tasks.map(({ name, classes }, index) => {
    const confusion = matrices[index] ?? [];
    return { name, accuracy: accuracyOf(confusion), count: samplesIn(confusion), chance: 1 / classes, confusion };
  });
  const chances = evaluated.map(({ count, chance }) => (count > 0 ? chance : undefined));
  return {
    loss,
    cross_entropy: crossEntropy,
    weighted_accuracy: weightedAccuracy(matrices, tasks),
    weighted_chance: weightedMean(chances, tasks),
    ...about,
    tasks: evaluated,
  };
}

/** Returns the metrics that the `evaluate` stage reports. */
export function evaluationMetrics({
  loss,
  cross_entropy,
  weighted_accuracy,
  tasks,
}: Evaluation): Record<string, number> {
  const byTask = tasks.map(({ name, accuracy }) => [`accuracy/${name}`, accuracy]);
  return { loss, ...(cross_entropy !== loss && { cross_entropy }), weighted_accuracy, ...Object.fromEntries(byTask) };
}
