import { weightedConfusion } from './task-metrics.ts';
import type { ScoredSamples } from './task-predictions.ts';

/** The metrics that a task with ordered classes has besides those of any classes, in the order in which they are shown. */
export const ORDERED_METRICS = ['mean_absolute_error', 'quadratic_weighted_kappa'] as const;

export type OrderedMetric = (typeof ORDERED_METRICS)[number];

/**
 * Computes the metrics that know that the classes are ordered.
 *
 * @param weights how often each sample counts, `[count]`; once each if omitted.
 * @returns `mean_absolute_error`, the mean distance of the predicted from the true class in classes, and
 *   `quadratic_weighted_kappa`, as scikit-learn's `cohen_kappa_score`; the latter is NaN if all samples have one class and
 *   it is predicted for each.
 */
export function orderedMetrics(scored: ScoredSamples, weights?: Uint32Array): Readonly<Record<OrderedMetric, number>> {
  const { classes } = scored;
  const confusion = weightedConfusion(scored, weights);
  const [actual, predicted] = [new Float64Array(classes), new Float64Array(classes)];
  let [total, distances, squares, squaresByChance] = [0, 0, 0, 0];
  for (const [cell, samples] of confusion.entries()) {
    const [row, column] = [Math.floor(cell / classes), cell % classes];
    actual[row] = (actual[row] ?? 0) + samples;
    predicted[column] = (predicted[column] ?? 0) + samples;
    total += samples;
    distances += samples * Math.abs(row - column);
    squares += samples * (row - column) ** 2;
  }
  for (const [row, rows] of actual.entries())
    for (const [column, columns] of predicted.entries())
      squaresByChance += (rows * columns * (row - column) ** 2) / total;
  return {
    mean_absolute_error: distances / total,
    quadratic_weighted_kappa: squaresByChance === 0 ? Number.NaN : 1 - squares / squaresByChance,
  };
}
