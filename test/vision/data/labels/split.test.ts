import { expect, test } from 'vitest';
import { shuffleAndSplit } from '../../../../src/vision/data/labels/split.ts';

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
  const split = shuffleAndSplit(rows, { seed: 5, fraction: 0.3 });
  const train = new Set(filesOf(split, 'train'));
  expect(filesOf(split, 'validation').filter((file) => train.has(file))).toEqual([]);
  expect(filesOf(split, 'validation')).toHaveLength(90);
});

test('an image with more rows than fit into the validation split goes to the training split', () => {
  const rows = [
    ...Array.from({ length: 9 }, (_, index) => ({ file: 'often.jpg', task: `${index}` })),
    { file: 'once.jpg', task: 'coat' },
  ];
  expect(filesOf(shuffleAndSplit(rows, { seed: 1, fraction: 0.2 }), 'validation')).toEqual(['once.jpg']);
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
