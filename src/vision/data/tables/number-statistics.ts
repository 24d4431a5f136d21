import { numbersIn } from './label-kind.ts';

/** What the labels of a number are like, where it is known. `count` alone if it never is. */
export interface NumberStatistics {
  readonly count: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly mean?: number;
  /** Of the population. */
  readonly standard_deviation?: number;
}

/** Returns the statistics of each of `width` numbers of labels, given as text. */
export function numberStatistics(labels: readonly string[], width: number): readonly NumberStatistics[] {
  const rows = labels.map(numbersIn);
  return Array.from({ length: width }, (_, index) => {
    const values = rows.map((row) => row[index] ?? Number.NaN).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return { count: 0 };
    const [minimum, maximum] = values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    // The mean of equal numbers may differ from them by rounding, which a division by the deviation would make large.
    if (minimum === maximum) return { count: values.length, minimum, maximum, mean: minimum, standard_deviation: 0 };
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
    return { count: values.length, minimum, maximum, mean, standard_deviation: Math.sqrt(variance) };
  });
}
