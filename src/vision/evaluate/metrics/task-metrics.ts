import { averagePrecision } from './average-precision.ts';
import { calibrationError } from './calibration.ts';
import { f1Of } from './class-metrics.ts';
import type { ScoredSamples } from './task-predictions.ts';

/** The metrics of one task, in the order in which they are shown. */
export const TASK_METRICS = [
  'accuracy',
  'top_2_accuracy',
  'average_precision',
  'basic_precision',
  'macro_f1',
  'log_loss',
  'calibration_error',
] as const;

export type TaskMetric = (typeof TASK_METRICS)[number];

/** A metric is NaN if nothing defines it, such as a precision without a prediction that counts. */
export type TaskMetrics = Readonly<Record<TaskMetric, number>>;

/**
 * Computes the metrics of a task.
 *
 * @param weights how often each sample counts, `[count]`, as a bootstrap resample draws it; once each if omitted.
 * @returns `accuracy`, `top_2_accuracy`, `macro_f1` and `log_loss` as scikit-learn defines them (macro F1 over the classes
 *   that occur as a true or as a predicted class); `average_precision` and `basic_precision` as the FashionAI challenge
 *   does; `calibration_error` over 15 bins of equal mass.
 */
export function taskMetrics(scored: ScoredSamples, weights?: Uint32Array): TaskMetrics {
  const { classes, truth, rank, loss } = scored;
  let [total, first, second, lossSum] = [0, 0, 0, 0];
  for (let sample = 0; sample < truth.length; sample += 1) {
    const weight = weights?.[sample] ?? 1;
    if (weight === 0) continue;
    const place = rank[sample] ?? 0;
    total += weight;
    if (place < 1) first += weight;
    if (place < 2) second += weight;
    lossSum += weight * (loss[sample] ?? 0);
  }
  return {
    accuracy: first / total,
    top_2_accuracy: second / total,
    ...averagePrecision(scored, weights),
    macro_f1: macroF1(weightedConfusion(scored, weights), classes),
    log_loss: lossSum / total,
    calibration_error: calibrationError(scored, total, weights),
  };
}

/** Returns the number of samples by true class (row) and predicted class (column), row-major `[classes, classes]`. */
export function weightedConfusion({ classes, truth, predicted }: ScoredSamples, weights?: Uint32Array): Float64Array {
  const confusion = new Float64Array(classes * classes);
  for (let sample = 0; sample < truth.length; sample += 1) {
    const cell = (truth[sample] ?? 0) * classes + (predicted[sample] ?? 0);
    confusion[cell] = (confusion[cell] ?? 0) + (weights?.[sample] ?? 1);
  }
  return confusion;
}

function macroF1(confusion: Float64Array, classes: number): number {
  let [sum, occurring] = [0, 0];
  for (let label = 0; label < classes; label += 1) {
    let [actual, predicted] = [0, 0];
    for (let other = 0; other < classes; other += 1) {
      actual += confusion[label * classes + other] ?? 0;
      predicted += confusion[other * classes + label] ?? 0;
    }
    if (actual + predicted === 0) continue;
    occurring += 1;
    sum += f1Of(confusion[label * classes + label] ?? 0, actual, predicted);
  }
  return sum / occurring;
}
