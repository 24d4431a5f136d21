import { type ClassMetrics, f1Of, metricsOfClass } from './class-metrics.ts';

/** The metrics of a task of which a sample has any number of classes, in the order in which they are shown. */
export const MULTI_LABEL_METRICS = [
  'mean_average_precision',
  'macro_f1',
  'micro_f1',
  'hamming_accuracy',
  'exact_match',
] as const;

export type MultiLabelMetric = (typeof MULTI_LABEL_METRICS)[number];

/** The predictions for the samples of a task of which a sample has any number of classes. */
export interface MultiLabelPredictions {
  /** The number of classes. */
  readonly classes: number;
  /** The row of each sample in the targets, `[count]`. */
  readonly samples: Int32Array;
  /** 1 for the classes that a sample has, row-major `[count, classes]`. */
  readonly truth: Uint8Array;
  /** 1 for the classes of which the label says nothing (`m`), which count in no metric, row-major `[count, classes]`. */
  readonly unknown: Uint8Array;
  /** The probability of each class, row-major `[count, classes]`. */
  readonly probabilities: Float64Array;
  /** 1 for the classes that the model answers, row-major `[count, classes]`. */
  readonly predicted: Uint8Array;
}

/** Predictions with what the average precision needs. */
export interface RankedPredictions extends MultiLabelPredictions {
  /** For each class the samples by its descending probability. */
  readonly orders: readonly Int32Array[];
}

export interface MultiLabelClassMetrics extends ClassMetrics {
  /** Null if no sample has the class. */
  readonly average_precision: number | null;
}

/** Orders the samples by the probability of each class. */
export function rankSamples(predictions: MultiLabelPredictions): RankedPredictions {
  const { classes, samples, probabilities } = predictions;
  const orders = Array.from({ length: classes }, (_, label) => {
    const of = (sample: number) => probabilities[sample * classes + label] ?? 0;
    return Int32Array.from(samples.keys()).sort((a, b) => of(b) - of(a) || a - b);
  });
  return { ...predictions, orders };
}

/**
 * Computes the metrics of a task of which a sample has any number of classes, as scikit-learn defines them.
 *
 * @param weights how often each sample counts, `[count]`; once each if omitted.
 * @returns `mean_average_precision`, over the classes that any sample has; `macro_f1`, over the classes that occur in a
 *   label or in a prediction; `micro_f1` over all decisions together; `hamming_accuracy`, the share of right decisions;
 *   `exact_match`, the share of samples all of whose decisions are right.
 */
export function multiLabelMetrics(
  ranked: RankedPredictions,
  weights?: Uint32Array,
): Readonly<Record<MultiLabelMetric, number>> {
  const counts = Array.from({ length: ranked.classes }, (_, label) => countsOf(ranked, label, weights));
  const all = (pick: (counts: Counts) => number) => counts.reduce((sum, each) => sum + pick(each), 0);
  const occurring = counts.filter(({ actual, predicted }) => actual + predicted > 0);
  const precisions = counts.flatMap(({ actual }, label) =>
    actual > 0 ? [averagePrecisionOf(ranked, label, weights)] : [],
  );
  return {
    mean_average_precision: meanOf(precisions),
    macro_f1: meanOf(occurring.map(({ hits, actual, predicted }) => f1Of(hits, actual, predicted))),
    micro_f1: f1Of(
      all(({ hits }) => hits),
      all(({ actual }) => actual),
      all(({ predicted }) => predicted),
    ),
    hamming_accuracy: all(({ right }) => right) / all(({ known }) => known),
    exact_match: exactMatch(ranked, weights),
  };
}

/** Returns the metrics of each class, by class index. */
export function multiLabelClassMetrics(ranked: RankedPredictions): readonly MultiLabelClassMetrics[] {
  return ranked.orders.map((_, label) => {
    const { hits, actual, predicted } = countsOf(ranked, label);
    return {
      ...metricsOfClass(hits, actual, predicted),
      average_precision: actual === 0 ? null : averagePrecisionOf(ranked, label),
    };
  });
}

/** What is counted of the decisions about one class. */
interface Counts {
  /** Decisions whose truth is known. */
  readonly known: number;
  readonly right: number;
  readonly hits: number;
  readonly actual: number;
  readonly predicted: number;
}

function countsOf(predictions: MultiLabelPredictions, label: number, weights?: Uint32Array): Counts {
  const { classes, samples, truth, unknown, predicted: decisions } = predictions;
  let [known, right, hits, actual, predicted] = [0, 0, 0, 0, 0];
  for (let sample = 0; sample < samples.length; sample += 1) {
    const at = sample * classes + label;
    const weight = weights?.[sample] ?? 1;
    if (unknown[at] === 1 || weight === 0) continue;
    const [is, says] = [truth[at] === 1, decisions[at] === 1];
    known += weight;
    if (is === says) right += weight;
    if (is && says) hits += weight;
    if (is) actual += weight;
    if (says) predicted += weight;
  }
  return { known, right, hits, actual, predicted };
}

/** Returns the sum over all thresholds of the precision, times by how much the recall rises. NaN if no sample has the class. */
function averagePrecisionOf(
  { classes, truth, unknown, probabilities, orders }: RankedPredictions,
  label: number,
  weights?: Uint32Array,
): number {
  const order = orders[label] ?? new Int32Array();
  let [hits, counted, before, sum] = [0, 0, 0, 0];
  for (const [place, sample] of order.entries()) {
    const at = sample * classes + label;
    const weight = unknown[at] === 1 ? 0 : (weights?.[sample] ?? 1);
    counted += weight;
    if (truth[at] === 1) hits += weight;
    // A threshold answers all samples with this probability or none.
    const next = order[place + 1];
    if (next !== undefined && probabilities[next * classes + label] === probabilities[at]) continue;
    if (hits > before) sum += (hits - before) * (hits / counted);
    before = hits;
  }
  return sum / hits;
}

/** Samples of which nothing is known do not count. */
function exactMatch(
  { classes, samples, truth, unknown, predicted }: MultiLabelPredictions,
  weights?: Uint32Array,
): number {
  let [total, right] = [0, 0];
  for (let sample = 0; sample < samples.length; sample += 1) {
    let [isKnown, isRight] = [false, true];
    for (let at = sample * classes; at < (sample + 1) * classes; at += 1) {
      if (unknown[at] === 1) continue;
      isKnown = true;
      if (truth[at] !== predicted[at]) isRight = false;
    }
    const weight = isKnown ? (weights?.[sample] ?? 1) : 0;
    total += weight;
    if (isRight) right += weight;
  }
  return right / total;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
