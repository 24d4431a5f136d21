/** What the labels of a number are like, where it is known. `count` alone if it never is. */
export interface NumberStatistics {
  readonly count: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly mean?: number;
  /** Of the population. */
  readonly standard_deviation?: number;
}

/** Returns the statistics of each of `width` numbers of labels. */
export function numberStatistics(labels: readonly (readonly number[])[], width: number): readonly NumberStatistics[] {
  return Array.from({ length: width }, (_, index) => {
    const values = labels.flatMap((label) => {
      const value = label[index] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [value];
    });
    if (values.length === 0) return { count: 0 };
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
    const [minimum, maximum] = values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    return { count: values.length, minimum, maximum, mean, standard_deviation: Math.sqrt(variance) };
  });
}
