import { describe, expect, test } from 'vitest';
import {
  type GivenSplits,
  type Splitting,
  shuffleAndSplit as split,
} from '../../../../src/vision/data/labels/split.ts';

/** Splits rows of a data set that gives no splits and no groups, unless the test says which. */
function shuffleAndSplit<Row extends { file: string; task: string }>(
  rows: readonly Row[],
  { fraction = 0, ...options }: Partial<Splitting> & { seed: number; fraction?: number },
  given: Partial<GivenSplits> = {},
) {
  const splitting = { validationFraction: fraction, testFraction: 0, sample: 'row' as const, ...options };
  return split(rows, splitting, { splits: new Map(), groups: new Map(), ...given });
}

const hundred = Array.from({ length: 100 }, (_, index) => ({ file: `${index}.jpg`, task: 'coat' }));
const filesOf = (rows: readonly { file: string; split: string }[], split: string) =>
  rows.filter((row) => row.split === split).map((row) => row.file);

test('the validation split gets its fraction of the rows, and the training split the others', () => {
  const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 });
  expect(filesOf(rows, 'validation')).toHaveLength(20);
  expect(filesOf(rows, 'train')).toHaveLength(80);
});

test('the split shuffles the rows and loses none', () => {
  const files = shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 }).map(({ file }) => file);
  expect(files).not.toEqual(hundred.map(({ file }) => file));
  expect(files.toSorted()).toEqual(hundred.map(({ file }) => file).toSorted());
});

test('all rows of an image are in the same split, so that no validation image is trained on', () => {
  const rows = hundred.flatMap((row) => ['coat', 'neck', 'skirt'].map((task) => ({ ...row, task })));
  const splitRows = shuffleAndSplit(rows, { seed: 5, fraction: 0.3 });
  const train = new Set(filesOf(splitRows, 'train'));
  expect(filesOf(splitRows, 'validation').filter((file) => train.has(file))).toEqual([]);
  expect(filesOf(splitRows, 'validation')).toHaveLength(90);
});

test('an image with more rows than fit into the validation split goes to the training split', () => {
  const rows = [
    ...Array.from({ length: 9 }, (_, index) => ({ file: 'often.jpg', task: `${index}` })),
    { file: 'once.jpg', task: 'coat' },
  ];
  expect(filesOf(shuffleAndSplit(rows, { seed: 1, fraction: 0.2 }), 'validation')).toEqual(['once.jpg']);
});

test('an image whose rows are one sample counts once', () => {
  const rows = [
    ...Array.from({ length: 9 }, (_, index) => ({ file: 'often.jpg', task: `${index}` })),
    { file: 'once.jpg', task: 'coat' },
  ];
  const split = shuffleAndSplit(rows, { seed: 1, fraction: 0.5, sample: 'image' });
  expect(new Set(filesOf(split, 'validation')).size).toBe(1);
  expect(new Set(filesOf(split, 'train')).size).toBe(1);
});

test('the same seed gives the same split, and another seed another one', () => {
  const validation = (seed: number) => filesOf(shuffleAndSplit(hundred, { seed, fraction: 0.2 }), 'validation');
  expect(validation(1)).toEqual(validation(1));
  expect(validation(1)).not.toEqual(validation(2));
});

test('a validation fraction of 0 puts all rows into the training split', () => {
  expect(filesOf(shuffleAndSplit(hundred, { seed: 1, fraction: 0 }), 'train')).toHaveLength(100);
});

test('adding an image moves at most one other image to the other split', () => {
  const before = new Set(filesOf(shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 }), 'validation'));
  for (let index = 100; index < 120; index += 1) {
    const one = { file: `${index}.jpg`, task: 'coat' };
    const after = filesOf(shuffleAndSplit([...hundred, one], { seed: 1, fraction: 0.2 }), 'validation');
    expect(after.filter((file) => file !== one.file && !before.has(file)).length).toBeLessThanOrEqual(1);
    expect([...before].filter((file) => !after.includes(file)).length).toBeLessThanOrEqual(1);
  }
});

test('the order of the rows does not change the split', () => {
  const rows = hundred.flatMap(({ file }) => ['coat', 'neck'].map((task) => ({ file, task })));
  const options = { seed: 1, fraction: 0.2 };
  expect(shuffleAndSplit(rows.toReversed(), options)).toEqual(shuffleAndSplit(rows, options));
});

test('the test split is drawn first, so that another validation fraction leaves it as it is', () => {
  const rows = (fraction: number) => shuffleAndSplit(hundred, { seed: 1, fraction, testFraction: 0.1 });
  const tested = filesOf(rows(0.2), 'test');
  expect(tested).toHaveLength(10);
  expect(filesOf(rows(0.2), 'validation')).toHaveLength(20);
  expect(filesOf(rows(0.5), 'test').toSorted()).toEqual(tested.toSorted());
});

describe('folds', () => {
  const validation = (fold: number, rows = hundred, given: Partial<GivenSplits> = {}) =>
    filesOf(shuffleAndSplit(rows, { seed: 1, testFraction: 0.1, folds: { count: 4, fold } }, given), 'validation');

  test('put each sample that is not for a test into the validation split of exactly one fold', () => {
    const folds = [0, 1, 2, 3].map((fold) => validation(fold));
    expect(folds.map(({ length }) => length).toSorted()).toEqual([22, 22, 23, 23]);
    const test = filesOf(shuffleAndSplit(hundred, { seed: 1, testFraction: 0.1 }), 'test');
    expect([...folds.flat(), ...test].toSorted()).toEqual(hundred.map(({ file }) => file).toSorted());
  });

  test('keep a group together', () => {
    const groups = new Map(hundred.map(({ file }, index) => [file, `person ${index % 20}`]));
    const folds = [0, 1, 2, 3].map((fold) => new Set(validation(fold, hundred, { groups }).map((f) => groups.get(f))));
    expect(folds.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(folds.flatMap((set) => [...set])).size);
  });

  test('replace a validation split that the data set gives, and keep its test split', () => {
    const splits = new Map<string, 'validation' | 'test'>([
      ['1.jpg', 'validation'],
      ['2.jpg', 'test'],
    ]);
    const all = [0, 1, 2, 3].flatMap((fold) => validation(fold, hundred, { splits }));
    expect(all).toHaveLength(99);
    expect(all).toContain('1.jpg');
  });
});

describe('groups', () => {
  const groups = new Map(hundred.map(({ file }, index) => [file, `person ${index % 20}`]));
  const groupsIn = (rows: readonly { file: string; split: string }[], split: string) =>
    new Set(filesOf(rows, split).map((file) => groups.get(file)));

  test('are in one split each', () => {
    const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.2, testFraction: 0.1 }, { groups });
    const [train, validation, tested] = ['train', 'validation', 'test'].map((split) => groupsIn(rows, split));
    expect([train?.size, validation?.size, tested?.size]).toEqual([14, 4, 2]);
    expect(new Set([...(train ?? []), ...(validation ?? []), ...(tested ?? [])]).size).toBe(20);
  });

  test('come as near to the fraction as they can, also if all of them are larger than it', () => {
    const thirds = new Map(hundred.map(({ file }, index) => [file, `session ${index % 3}`]));
    const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 }, { groups: thirds });
    expect(new Set(filesOf(rows, 'validation').map((file) => thirds.get(file))).size).toBe(1);
    const halves = new Map(hundred.map(({ file }, index) => [file, `session ${index % 2}`]));
    expect(filesOf(shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 }, { groups: halves }), 'validation')).toEqual([]);
  });

  test('are kept together as well where the data set names the group of some images only', () => {
    const some = new Map([...groups].slice(0, 40));
    const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.5 }, { groups: some });
    const [train, validation] = ['train', 'validation'].map(
      (split) => new Set(filesOf(rows, split).flatMap((file) => some.get(file) ?? [])),
    );
    expect([...(train ?? [])].filter((group) => validation?.has(group))).toEqual([]);
    expect(filesOf(rows, 'validation')).toHaveLength(50);
  });
});

describe('splits that the data set gives', () => {
  const given = (split: 'validation' | 'test', count: number) =>
    new Map(hundred.slice(0, count).map(({ file }) => [file, split]));

  test('are kept', () => {
    const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.5 }, { splits: given('validation', 10) });
    expect(filesOf(rows, 'validation').toSorted()).toEqual([...given('validation', 10).keys()].toSorted());
  });

  test('are completed: a validation split that is missing is drawn from the training samples', () => {
    const rows = shuffleAndSplit(hundred, { seed: 1, fraction: 0.2 }, { splits: given('test', 50) });
    expect(['train', 'validation', 'test'].map((split) => filesOf(rows, split).length)).toEqual([40, 10, 50]);
  });
});
