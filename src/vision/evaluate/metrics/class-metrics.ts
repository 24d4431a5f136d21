import type { ConfusionMatrix } from './confusion.ts';

/** The metrics of one class. */
export interface ClassMetrics {
  /** The number of samples whose true class it is. */
  readonly count: number;
  /** The share of right predictions among those of this class; null if it is never predicted. */
  readonly precision: number | null;
  /** The share of its samples that are predicted as it; null if it has none. */
  readonly recall: number | null;
  /** The 95 % Wilson score interval of the recall. */
  readonly recall_interval: readonly [number, number] | null;
  /** Null if it occurs neither as a true nor as a predicted class. */
  readonly f1: number | null;
}

/** The two-sided 95 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/** Returns the metrics of each class, by class index. */
export function classMetrics(confusion: ConfusionMatrix): readonly ClassMetrics[] {
  return confusion.map((row, label) => {
    const hits = row[label] ?? 0;
    const count = row.reduce((sum, each) => sum + each, 0);
    const predicted = confusion.reduce((sum, each) => sum + (each[label] ?? 0), 0);
    return {
      count,
      precision: predicted === 0 ? null : hits / predicted,
      recall: count === 0 ? null : hits / count,
      recall_interval: count === 0 ? null : wilsonInterval(hits, count),
      f1: count + predicted === 0 ? null : f1Of(hits, count, predicted),
    };
  });
}

/** Returns the F1 score from the number of hits, of samples of the class and of predictions of the class. */
export function f1Of(hits: number, actual: number, predicted: number): number {
  return (2 * hits) / (actual + predicted);
}

/** Returns the 95 % Wilson score interval of a share. */
export function wilsonInterval(hits: number, count: number): readonly [number, number] {
  const [share, shrink] = [hits / count, 1 + Z ** 2 / count];
  const centre = (share + Z ** 2 / (2 * count)) / shrink;
  const half = (Z / shrink) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
