import { parseJson } from '../../shared/parse-json.ts';

/** The type of a value in a dimension of a matrix. */
export type MatrixValue = string | number | boolean;

/** The value of each dimension for one instance of a stage; empty for a stage without a matrix. */
export type MatrixValues = Readonly<Record<string, MatrixValue>>;

/** Returns a value as names show it: quoted if it is a string that is not a plain word, or that looks like a number. */
export function label(value: MatrixValue): string {
  if (typeof value !== 'string') return String(value);
  // Not a constant of the module: V8 would take milliseconds to compile it at each start.
  const isPlain = /^[\p{L}\p{N}_.~/+-]+$/u.test(value);
  const isWord = isPlain && Number.isNaN(Number(value)) && value !== 'true' && value !== 'false';
  return isWord ? value : JSON.stringify(value);
}

/** Returns the value that `label` has written. */
export function parseLabel(text: string): MatrixValue {
  const value = parseJson(text)?.value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

/** Returns `backbone=small-cnn,seed=1`, in the order of the dimensions in the pipeline file. */
export function labels(values: MatrixValues): string {
  return Object.entries(values)
    .map(([dimension, value]) => `${dimension}=${label(value)}`)
    .join(',');
}

/** Returns `train@seed=1`; for a stage without a matrix, its name. */
export function instanceName(stage: string, values: MatrixValues): string {
  const written = labels(values);
  return written === '' ? stage : `${stage}@${written}`;
}

/** Returns all combinations of the dimensions' values. The last dimension varies fastest. */
export function combinations(dimensions: ReadonlyMap<string, readonly MatrixValue[]>): MatrixValues[] {
  let combined: MatrixValues[] = [{}];
  for (const [dimension, values] of dimensions) {
    combined = combined.flatMap((before) => values.map((value) => ({ ...before, [dimension]: value })));
  }
  return combined;
}

/** Sorts the values by dimension, so that the order in the pipeline file does not matter. */
export function sortDimensions(values: MatrixValues): MatrixValues {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Compares two sorted sets of values, dimension by dimension; numbers numerically. */
export function compareValues(a: MatrixValues, b: MatrixValues): number {
  for (const [dimension, left] of Object.entries(a)) {
    const right = b[dimension];
    if (right === undefined || left === right) continue;
    if (typeof left === typeof right) return left < right ? -1 : 1;
    return typeof left < typeof right ? -1 : 1;
  }
  return 0;
}
