import type { ScoredSamples } from './task-predictions.ts';

/** The number of a task's samples by true class (row) and predicted class (column). */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Returns the confusion matrix of a task. */
export function confusionOf({
  classes,
  truth,
  predicted,
}: Pick<ScoredSamples, 'classes' | 'truth' | 'predicted'>): ConfusionMatrix {
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const [sample, label] of truth.entries()) {
    const [row, column] = [matrix[label], predicted[sample] ?? 0];
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}
