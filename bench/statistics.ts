import type { Row, Samples } from './benchmark.ts';

/** Half of the samples are below it: a few disturbed ones do not move it. */
export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below = Number.NaN, above = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? above : (below + above) / 2;
}

/** Ours over theirs, both as medians. */
export function ratio({ ours, theirs }: Pick<Row, 'ours' | 'theirs'>): number {
  return median(ours) / median(theirs);
}

/** Whether the row reaches its goal; undefined if it has none. */
export function reaches(row: Row): boolean | undefined {
  if (row.goal === undefined) return undefined;
  return row.better === 'higher' ? ratio(row) >= row.goal : ratio(row) <= row.goal;
}
