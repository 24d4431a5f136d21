/** What a dimension of a matrix may hold. */
export type MatrixValue = string | number | boolean;

/** The value of each dimension for one instance of a stage; empty for a stage without a matrix. */
export type MatrixValues = Readonly<Record<string, MatrixValue>>;

/** A value as names show it: one that is no plain word, or that reads as a number, is in quotes. */
export function label(value: MatrixValue): string {
  if (typeof value !== 'string') return String(value);
  // Not a constant of the module: V8 takes milliseconds to make it, at each start.
  const isPlain = /^[\p{L}\p{N}_.~/+-]+$/u.test(value);
  const isWord = isPlain && Number.isNaN(Number(value)) && value !== 'true' && value !== 'false';
  return isWord ? value : JSON.stringify(value);
}

/** «backbone=small-cnn,seed=1», in the order in which the dimensions are written. */
export function labels(values: MatrixValues): string {
  return Object.entries(values)
    .map(([dimension, value]) => `${dimension}=${label(value)}`)
    .join(',');
}

/** `train@seed=1`; of a stage without a matrix just its name. */
export function instanceName(stage: string, values: MatrixValues): string {
  const written = labels(values);
  return written === '' ? stage : `${stage}@${written}`;
}

/** All combinations of the dimensions' values: the last dimension changes fastest. */
export function combinations(dimensions: ReadonlyMap<string, readonly MatrixValue[]>): MatrixValues[] {
  let combined: MatrixValues[] = [{}];
  for (const [dimension, values] of dimensions) {
    combined = combined.flatMap((before) => values.map((value) => ({ ...before, [dimension]: value })));
  }
  return combined;
}

/** The same values whatever the order in which a pipeline file writes the dimensions. */
export function sortDimensions(values: MatrixValues): MatrixValues {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Orders by dimension after dimension; numbers by size. Both have their dimensions sorted. */
export function compareValues(a: MatrixValues, b: MatrixValues): number {
  for (const [dimension, left] of Object.entries(a)) {
    const right = b[dimension];
    if (right === undefined || left === right) continue;
    if (typeof left === typeof right) return left < right ? -1 : 1;
    return typeof left < typeof right ? -1 : 1;
  }
  return 0;
}
