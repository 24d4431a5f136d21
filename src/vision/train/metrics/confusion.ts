import type { BatchTargets, HeadLayout } from '../step/target-masks.ts';

/** Counts of a task's samples by true class (row) and predicted class (column). */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Counts what was predicted, batch by batch. Its figures are over all samples so far. */
export interface ConfusionCounter {
  /** @param predicted for each sample a column of all heads' classes, as `predictedColumns` gives. */
  add(targets: BatchTargets, predicted: Int32Array): void;
  /** For each task, in order. */
  matrices(): readonly ConfusionMatrix[];
}

/** @param before what was counted before, for each task. */
export function confusionCounter(
  { classes, offsets }: HeadLayout,
  before?: readonly ConfusionMatrix[],
): ConfusionCounter {
  const matrices = classes.map((count, task) =>
    Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_, column) => before?.[task]?.[row]?.[column] ?? 0),
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

export function samplesIn(matrix: ConfusionMatrix): number {
  return matrix.flat().reduce((sum, count) => sum + count, 0);
}

export function hitsIn(matrix: ConfusionMatrix): number {
  return matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
}
