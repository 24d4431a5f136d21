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

/** What the metrics need, in the order in which they read it: a data set may have many classes, and many resamples. */
export interface RankedPredictions {
  /** The number of samples. */
  readonly count: number;
  readonly byClass: readonly RankedClass[];
  /** 1 for the samples of which anything is known. */
  readonly known: Uint8Array;
  /** 1 for the samples all of whose decisions are right. */
  readonly matched: Uint8Array;
}

/** The samples of which is known whether they have a class, by its descending probability. */
interface RankedClass {
  readonly samples: Int32Array;
  /** 1 for those that have the class. */
  readonly truth: Uint8Array;
  /** 1 for those for which it is answered. */
  readonly predicted: Uint8Array;
  /** 1 for the last of those with the same probability: a threshold answers all of them or none. */
  readonly isLast: Uint8Array;
}

export interface MultiLabelClassMetrics extends ClassMetrics {
  /** Null if no sample has the class. */
  readonly average_precision: number | null;
}

/** Orders the samples by the probability of each class. */
export function rankSamples(predictions: MultiLabelPredictions): RankedPredictions {
  const { classes, samples } = predictions;
  const [known, matched] = [new Uint8Array(samples.length), new Uint8Array(samples.length).fill(1)];
  for (let at = 0; at < samples.length * classes; at += 1) {
    if (predictions.unknown[at] === 1) continue;
    const sample = Math.floor(at / classes);
    known[sample] = 1;
    if (predictions.truth[at] !== predictions.predicted[at]) matched[sample] = 0;
  }
  const byClass = Array.from({ length: classes }, (_, label) => rankedClass(predictions, label));
  return { count: samples.length, byClass, known, matched };
}

function rankedClass(predictions: MultiLabelPredictions, label: number): RankedClass {
  const { classes, unknown, truth, probabilities, predicted } = predictions;
  const at = (sample: number) => sample * classes + label;
  const probabilityOf = (sample: number) => probabilities[at(sample)] ?? 0;
  const samples = Int32Array.from(predictions.samples.keys())
    .filter((sample) => unknown[at(sample)] === 0)
    .sort((a, b) => probabilityOf(b) - probabilityOf(a) || a - b);
  const isLast = (sample: number, place: number) => {
    const next = samples[place + 1];
    return next === undefined || probabilityOf(next) !== probabilityOf(sample);
  };
  return {
    samples,
    truth: Uint8Array.from(samples, (sample) => truth[at(sample)] ?? 0),
    predicted: Uint8Array.from(samples, (sample) => predicted[at(sample)] ?? 0),
    isLast: Uint8Array.from(samples, (sample, place) => (isLast(sample, place) ? 1 : 0)),
  };
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
  { byClass, count, known, matched }: RankedPredictions,
  weights: Uint32Array = new Uint32Array(count).fill(1),
): Readonly<Record<MultiLabelMetric, number>> {
  const counts = byClass.map((each) => countsOf(each, weights));
  const all = (pick: (counts: Counts) => number) => counts.reduce((sum, each) => sum + pick(each), 0);
  const occurring = counts.filter(({ actual, predicted }) => actual + predicted > 0);
  const sumOver = (samples: Uint8Array) =>
    samples.reduce((sum, isOne, sample) => sum + isOne * (known[sample] ?? 0) * (weights[sample] ?? 0), 0);
  return {
    mean_average_precision: meanOf(
      counts.filter(({ actual }) => actual > 0).map(({ averagePrecision }) => averagePrecision),
    ),
    macro_f1: meanOf(occurring.map(({ hits, actual, predicted }) => f1Of(hits, actual, predicted))),
    micro_f1: f1Of(
      all(({ hits }) => hits),
      all(({ actual }) => actual),
      all(({ predicted }) => predicted),
    ),
    hamming_accuracy: all(({ right }) => right) / all(({ decided }) => decided),
    exact_match: sumOver(matched) / sumOver(known),
  };
}

/** Returns the metrics of each class, by class index. */
export function multiLabelClassMetrics({ byClass, count }: RankedPredictions): readonly MultiLabelClassMetrics[] {
  const once = new Uint32Array(count).fill(1);
  return byClass.map((each) => {
    const { hits, actual, predicted, averagePrecision } = countsOf(each, once);
    return {
      ...metricsOfClass(hits, actual, predicted),
      average_precision: actual === 0 ? null : averagePrecision,
    };
  });
}

/** What is counted of the decisions about one class. */
interface Counts {
  readonly decided: number;
  readonly right: number;
  readonly hits: number;
  readonly actual: number;
  readonly predicted: number;
  /**
   * The sum over all thresholds of the precision, times by how much the recall rises; NaN if no sample has the class.
   */
  readonly averagePrecision: number;
}

function countsOf({ samples, truth, predicted: decisions, isLast }: RankedClass, weights: Uint32Array): Counts {
  let [decided, right, hits, actual, predicted, before, sum] = [0, 0, 0, 0, 0, 0, 0];
  for (let place = 0; place < samples.length; place += 1) {
    const weight = weights[samples[place] ?? 0] ?? 0;
    const [is, says] = [truth[place], decisions[place]];
    decided += weight;
    if (is === says) right += weight;
    if (is === 1) actual += weight;
    if (says === 1) predicted += weight;
    if (is === 1 && says === 1) hits += weight;
    // All samples up to this one are answered by a threshold at its probability.
    if (isLast[place] === 0 || actual === before) continue;
    sum += (actual - before) * (actual / decided);
    before = actual;
  }
  return { decided, right, hits, actual, predicted, averagePrecision: sum / actual };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
