/** The metrics of a task whose labels are numbers, in the order in which they are shown. */
export const NUMBER_METRICS = ['mean_absolute_error', 'root_mean_squared_error', 'r2'] as const;

export type NumberMetric = (typeof NUMBER_METRICS)[number];

/** The predictions for the samples of a task whose labels are numbers. */
export interface NumberPredictions {
  /** How many numbers a sample has. */
  readonly numbers: number;
  /** The row of each sample in the targets, `[count]`. */
  readonly samples: Int32Array;
  /** Row-major `[count, numbers]`; NaN for a number that is unknown, which counts in no metric. */
  readonly truth: Float64Array;
  /** Row-major `[count, numbers]`. */
  readonly predicted: Float64Array;
}

/**
 * Computes the metrics of a task whose labels are numbers, as scikit-learn defines them: the plain mean over the numbers.
 *
 * @param weights how often each sample counts, `[count]`; once each if omitted.
 * @returns `mean_absolute_error` and `root_mean_squared_error`, in the unit of the numbers, and `r2`, the share of the
 *   variance that is explained, over the numbers that are not the same in all samples; NaN if there are none.
 */
export function numberMetrics(
  predictions: NumberPredictions,
  weights?: Uint32Array,
): Readonly<Record<NumberMetric, number>> {
  const each = Array.from({ length: predictions.numbers }, (_, column) =>
    metricsOfColumn(predictions, column, weights),
  );
  const mean = (metric: NumberMetric) => {
    const values = each.map((metrics) => metrics[metric]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    mean_absolute_error: mean('mean_absolute_error'),
    root_mean_squared_error: mean('root_mean_squared_error'),
    r2: mean('r2'),
  };
}

/** Returns the predictions of one of the numbers. */
export function numberAt({ numbers, samples, truth, predicted }: NumberPredictions, column: number): NumberPredictions {
  const own = (values: Float64Array) => values.filter((_, at) => at % numbers === column);
  return { numbers: 1, samples, truth: own(truth), predicted: own(predicted) };
}

function metricsOfColumn(
  { numbers, samples, truth, predicted }: NumberPredictions,
  column: number,
  weights?: Uint32Array,
): Readonly<Record<NumberMetric, number>> {
  let [total, sum, distances, squares, spread] = [0, 0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let sample = 0; sample < samples.length; sample += 1) {
    const [at, weight] = [sample * numbers + column, weights?.[sample] ?? 1];
    const own = truth[at] ?? 0;
    if (Number.isNaN(own) || weight === 0) continue;
    const error = (predicted[at] ?? 0) - own;
    [least, most] = [Math.min(least, own), Math.max(most, own)];
    total += weight;
    sum += weight * own;
    distances += weight * Math.abs(error);
    squares += weight * error ** 2;
  }
  const mean = sum / total;
  for (let sample = 0; sample < samples.length; sample += 1) {
    const distance = (truth[sample * numbers + column] ?? 0) - mean;
    if (!Number.isNaN(distance)) spread += (weights?.[sample] ?? 1) * distance ** 2;
  }
  return {
    mean_absolute_error: distances / total,
    root_mean_squared_error: Math.sqrt(squares / total),
    // The mean of equal numbers may differ from them by rounding.
    r2: least === most ? Number.NaN : 1 - squares / spread,
  };
}
