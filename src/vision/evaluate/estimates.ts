import {
  type BootstrapOptions,
  type Measurable,
  percentileInterval,
  type Resampled,
  recordOf,
  resample,
} from './metrics/bootstrap.ts';

/** A metric. Null stands for what nothing defines, such as the precision of a task without samples. */
export interface Estimate {
  readonly value: number | null;
  /** The 95 % bootstrap interval; null without resamples. */
  readonly interval: readonly [number, number] | null;
  /** The metric of a model that knows nothing but the labels of the training split. */
  readonly baseline: number | null;
}

/** What is known of the metrics of a task: those of the model, those of the baseline, and those of the resamples. */
export interface Measured<Metric extends string> {
  readonly metrics: Readonly<Record<Metric, number>>;
  readonly baseline: Readonly<Record<Metric, number>>;
  readonly resampled: Resampled<Metric>;
}

/** Returns predictions with a function that computes their metrics. */
export function measurable<Predictions, Metric extends string>(
  predictions: Predictions,
  count: number,
  metricsOf: (predictions: Predictions, weights?: Uint32Array) => Readonly<Record<Metric, number>>,
): Measurable<Metric> {
  return { count, metrics: (weights) => metricsOf(predictions, weights) };
}

/** Measures a model and a baseline. `stream`: the number of the random stream of the resamples. */
export function measure<Metric extends string>(
  names: readonly Metric[],
  model: Measurable<Metric>,
  baseline: Measurable<Metric>,
  bootstrap: BootstrapOptions,
  stream: number,
): Measured<Metric> {
  return {
    metrics: model.metrics(),
    baseline: baseline.metrics(),
    resampled: resample(model, names, bootstrap, stream),
  };
}

/** Returns each metric with its interval and its baseline. */
export function estimatesOf<Metric extends string>(
  names: readonly Metric[],
  { metrics, baseline, resampled }: Measured<Metric>,
): Readonly<Record<Metric, Estimate>> {
  return recordOf(names, (name) => estimate(metrics[name], resampled[name], baseline[name]));
}

export function estimate(value: number, resampled: Float64Array, baseline: number): Estimate {
  return {
    value: definite(value) ?? null,
    interval: percentileInterval(resampled) ?? null,
    baseline: definite(baseline) ?? null,
  };
}

export function definite(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
