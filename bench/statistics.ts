import type { Row, Samples } from './benchmark.ts';

/** Returns the median, which is robust against outliers. */
export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below = Number.NaN, above = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? above : (below + above) / 2;
}

/** Returns the ratio of the medians, ours/theirs. */
export function ratio({ ours, theirs }: Pick<Row, 'ours' | 'theirs'>): number {
  return median(ours) / median(theirs);
}

/** Returns whether the row reaches its goal; undefined if it has none. */
export function reaches(row: Row): boolean | undefined {
  if (row.goal === undefined) return undefined;
  return row.better === 'higher' ? ratio(row) >= row.goal : ratio(row) <= row.goal;
}
