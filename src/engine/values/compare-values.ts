import type { FileValues, NumberGroup } from '../../shared/extensions/values.ts';

/** Where two numbers differ. */
export interface NumberDifference {
  /** The difference, or its ratio to the largest number of the group. Infinite if only one of the numbers is NaN. */
  readonly difference: number;
  /** The file, relative to the output; empty if the output is a file. */
  readonly file: string;
  readonly place: string;
  readonly expected: number;
  readonly found: number;
}

/** How far the numbers of two contents differ whose other parts are equal. */
export interface NumberDifferences {
  readonly kind: 'numbers';
  /** How many numbers were compared, and how many of them differ. */
  readonly numbers: number;
  readonly differing: number;
  /** The largest differences; undefined if only the writing of the numbers differs. */
  readonly absolute: NumberDifference | undefined;
  readonly relative: NumberDifference | undefined;
}

/** Contents of which more than numbers differ. */
export interface OtherDifference {
  readonly kind: 'other';
  readonly file: string;
  /** What differs, as the end of a sentence about the file: `the text at row 3 differs`. */
  readonly what: string;
}

export type ValueDifferences = NumberDifferences | OtherDifference;

export const NO_DIFFERENCES: NumberDifferences = {
  kind: 'numbers',
  numbers: 0,
  differing: 0,
  absolute: undefined,
  relative: undefined,
};

/** Compares the values of two versions of a file. */
export function compareValues(expected: FileValues, found: FileValues, file: string): ValueDifferences {
  const other = otherDifference(expected.others, found.others) ?? shapeDifference(expected.numbers, found.numbers);
  if (other !== undefined) return { kind: 'other', file, what: other };
  let sum = NO_DIFFERENCES;
  for (const [index, group] of expected.numbers.entries()) {
    const now = found.numbers[index];
    if (now !== undefined) sum = larger(sum, compareGroup(group, now, file));
  }
  return sum;
}

/** Returns the larger differences of two parts of a content. */
export function larger(a: NumberDifferences, b: NumberDifferences): NumberDifferences {
  return {
    kind: 'numbers',
    numbers: a.numbers + b.numbers,
    differing: a.differing + b.differing,
    absolute: largerOf(a.absolute, b.absolute),
    relative: largerOf(a.relative, b.relative),
  };
}

function largerOf(a: NumberDifference | undefined, b: NumberDifference | undefined): NumberDifference | undefined {
  return a === undefined || (b !== undefined && b.difference > a.difference) ? b : a;
}

function otherDifference(expected: FileValues['others'], found: FileValues['others']): string | undefined {
  for (const [place, text] of expected) {
    const now = found.get(place);
    if (now === undefined) return `${nameOf(place)} is missing`;
    if (now !== text) return `${nameOf(place)} differs: ${shown(text)} → ${shown(now)}`;
  }
  for (const place of found.keys()) if (!expected.has(place)) return `${nameOf(place)} is additional`;
  return undefined;
}

function shapeDifference(expected: readonly NumberGroup[], found: readonly NumberGroup[]): string | undefined {
  if (expected.length !== found.length) return `it has ${found.length} groups of numbers, expected ${expected.length}`;
  for (const [index, { name, values }] of expected.entries()) {
    const now = found[index];
    if (now?.name !== name) return `${nameOf(name)} is missing`;
    if (now.values.length !== values.length)
      return `${nameOf(name)} has ${now.values.length} numbers, expected ${values.length}`;
  }
  return undefined;
}

function compareGroup(expected: NumberGroup, found: NumberGroup, file: string): NumberDifferences {
  const numbers = expected.values.length;
  let [largest, at, differing, scale] = [0, -1, 0, 0];
  for (let index = 0; index < numbers; index++) {
    const [a, b] = [expected.values[index] ?? 0, found.values[index] ?? 0];
    if (Number.isFinite(a)) scale = Math.max(scale, Math.abs(a));
    const difference = Object.is(a, b) || a === b ? 0 : Math.abs(a - b);
    if (difference === 0) continue;
    differing++;
    // With NaN or two infinities, there is no difference that could be tolerated.
    const size = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (size > largest) [largest, at] = [size, index];
  }
  if (at === -1) return { ...NO_DIFFERENCES, numbers };
  const place = expected.placeOf?.(at) ?? `${expected.name}[${at}]`;
  const where = { file, place, expected: expected.values[at] ?? 0, found: found.values[at] ?? 0 };
  const relative = { ...where, difference: scale === 0 ? Number.POSITIVE_INFINITY : largest / scale };
  return { kind: 'numbers', numbers, differing, absolute: { ...where, difference: largest }, relative };
}

function nameOf(place: string): string {
  return place === '' ? 'the text' : place;
}

/** The most characters of a text that are shown. */
const SHOWN = 40;

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
