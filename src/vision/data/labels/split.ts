import { createHash } from 'node:crypto';
import { groupBy } from '../../../shared/group-by.ts';
import type { Sample } from '../tables/samples.ts';
import type { Split } from '../tables/task.ts';

/** How samples are assigned to splits. Fractions are of the samples (0 to 1, exclusive). */
export interface Splitting {
  readonly seed: number;
  readonly validationFraction: number;
  readonly testFraction: number;
  /** With folds, the validation split is the one with this number, from 0, of `count` parts. */
  readonly folds?: { readonly count: number; readonly fold: number } | undefined;
  /** What a sample is: a row, or all rows of an image. */
  readonly sample: 'row' | 'image';
}

/** What the data set says about its images, by path. */
export interface GivenSplits {
  readonly splits: ReadonlyMap<string, Split>;
  /** Images of one group are in one split. */
  readonly groups: ReadonlyMap<string, string>;
}

/** What is assigned as a whole: the images of a group, or an image without a group. */
interface Unit {
  /** Decides the order in which units are drawn. */
  readonly key: string;
  readonly isGroup: boolean;
  readonly files: string[];
  /** The number of samples. */
  size: number;
}

/**
 * Shuffles rows and assigns each to a split. All rows of an image get the same split, and so do all images of a group. A
 * split that the data set gives is kept, unless folds replace the validation split; one that it does not give is drawn
 * from its training images.
 *
 * A drawn split has its fraction of the samples or slightly fewer; with groups the nearest that drawing them reaches. The
 * position of an image or group depends on nothing but the seed and its name: adding or removing one moves at most the one
 * at the border of a split, and the order of the rows does not matter.
 *
 * @returns the rows in the order of the shuffle; with the number of their image if that is the sample.
 */
export function shuffleAndSplit<Row extends { readonly file: string; readonly task: string }>(
  rows: readonly Row[],
  splitting: Splitting,
  given: GivenSplits,
): readonly (Row & Pick<Sample, 'split' | 'sample'>)[] {
  const byFile = groupBy(rows, ({ file }) => file);
  const shuffled = Array.from(byFile, ([file, same]) => ({ key: sortKey(splitting.seed, file), file, same }));
  shuffled.sort(byKey);
  const splits = assignSplits(
    shuffled.map(({ key, file, same }) => ({ key, file, size: splitting.sample === 'row' ? same.length : 1 })),
    splitting,
    given,
  );
  return shuffled.flatMap(({ file, same }, image) => {
    const own = { split: splits.get(file) ?? 'train', ...(splitting.sample === 'image' && { sample: image }) };
    return same.sort((a, b) => (a.task < b.task ? -1 : 1)).map((row) => ({ ...row, ...own }));
  });
}

interface Image {
  readonly key: string;
  readonly file: string;
  readonly size: number;
}

/** Returns the split of each image that is not for training. */
function assignSplits(
  images: readonly Image[],
  { seed, validationFraction, testFraction, folds }: Splitting,
  { splits: given, groups }: GivenSplits,
): ReadonlyMap<string, Split> {
  const splits = new Map<string, Split>();
  const found = new Set<Split>();
  const undecided: Image[] = [];
  for (const image of images) {
    const split = given.get(image.file) ?? 'train';
    found.add(split);
    if (split === 'test' || (split === 'validation' && folds === undefined)) splits.set(image.file, split);
    else undecided.push(image);
  }
  const units = unitsOf(undecided, groups, seed);
  const samples = sizeOf(units);
  const testing = found.has('test') ? new Set<Unit>() : draw(units, samples * testFraction);
  const others = units.filter((unit) => !testing.has(unit));
  let validating = new Set<Unit>();
  if (folds !== undefined) validating = foldOf(others, folds);
  else if (!found.has('validation')) validating = draw(others, samples * validationFraction);
  for (const [split, drawn] of [['test', testing] as const, ['validation', validating] as const])
    for (const { files } of drawn) for (const file of files) splits.set(file, split);
  return splits;
}

/** Returns the units of images, in the order in which they are drawn. */
function unitsOf(images: readonly Image[], groups: ReadonlyMap<string, string>, seed: number): readonly Unit[] {
  const units: Unit[] = [];
  const byGroup = new Map<string, Unit>();
  for (const { key, file, size } of images) {
    const group = groups.get(file);
    const known = group === undefined ? undefined : byGroup.get(group);
    if (known !== undefined) {
      known.files.push(file);
      known.size += size;
      continue;
    }
    const isGroup = group !== undefined;
    const unit = { key: isGroup ? sortKey(seed, group) : key, isGroup, files: [file], size };
    if (isGroup) byGroup.set(group, unit);
    units.push(unit);
  }
  return units.sort(byKey);
}

/** Returns the first units that fit into a split of so many samples. */
function draw(units: readonly Unit[], samples: number): Set<Unit> {
  let remaining = Math.round(samples);
  const drawn = new Set<Unit>();
  for (const unit of units) {
    // With a few large groups none might fit: half of one that is too large is still nearer than nothing.
    if ((unit.isGroup ? unit.size / 2 : unit.size) > remaining) continue;
    drawn.add(unit);
    remaining -= unit.size;
  }
  return drawn;
}

/** Returns the units whose middle is in a part of all samples, so that an added unit moves at most one at each border. */
function foldOf(units: readonly Unit[], { count, fold }: { readonly count: number; readonly fold: number }): Set<Unit> {
  const samples = sizeOf(units);
  let before = 0;
  return new Set(
    units.filter(({ size }) => {
      const middle = before + size / 2;
      before += size;
      return Math.floor((middle * count) / samples) === fold;
    }),
  );
}

function sizeOf(units: readonly Unit[]): number {
  return units.reduce((sum, { size }) => sum + size, 0);
}

function sortKey(seed: number, name: string): string {
  return createHash('sha256').update(`${seed}\n${name}`).digest('hex');
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
