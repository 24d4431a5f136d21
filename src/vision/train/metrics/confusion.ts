import type { BatchTargets, HeadLayout } from '../step/target-masks.ts';

/** The number of a task's samples by true class (row) and predicted class (column). */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Accumulates the confusion matrices of all tasks, batch by batch. */
export interface ConfusionCounter {
  /** @param predicted for each sample a column in the concatenated classes of all heads, as from `predictedColumns`. */
  add(targets: BatchTargets, predicted: Int32Array): void;
  /** Returns the confusion matrix of each task, in task order. */
  matrices(): readonly ConfusionMatrix[];
}

/**
 * Creates a counter.
 *
 * @param initial the counts to start from, for each task; zeros by default.
 */
export function confusionCounter(
  { classes, offsets }: HeadLayout,
  initial?: readonly ConfusionMatrix[],
): ConfusionCounter {
  const matrices = classes.map((count, task) =>
    Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_, column) => initial?.[task]?.[row]?.[column] ?? 0),
    ),
  );
  return {
    add({ taskOf, classOf }, predicted) {
      taskOf.forEach((task, sample) => {
        const row = matrices[task]?.[classOf[sample] ?? 0];
        const column = (predicted[sample] ?? 0) - (offsets[task] ?? 0);
        if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
      });
    },
    matrices: () => matrices,
  };
}

/** Returns the number of samples in a confusion matrix. */
export function samplesIn(matrix: ConfusionMatrix): number {
  return matrix.flat().reduce((sum, count) => sum + count, 0);
}

/** Returns the number of correctly predicted samples in a confusion matrix. */
export function hitsIn(matrix: ConfusionMatrix): number {
  return matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
}
