import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImages } from '../../src/vision/data/tables/images.ts';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { datasetOf, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { problemsOf } from './ingest-problems.ts';
import { tasksOf } from './ingested-tables.ts';

const treeOf = (paths: readonly string[]) => {
  const root = temporaryFolder();
  writeFiles(root, Object.fromEntries(paths.map((path) => [path, 'image'])));
  return root;
};

/** Ingests a data set and returns its samples, sorted, each as `file label split`. */
const splitsOf = async (root: string, params: Readonly<Record<string, unknown>>) => {
  const { failure, outputs } = await ingestOf(root, params);
  expect(failure).toBeUndefined();
  const { samples } = unwrap(await readSamples(outputs.samples ?? ''));
  return samples.map(({ file, label, split }) => `${file} ${label} ${split}`).toSorted();
};

describe('class folders below folders named after splits', () => {
  const folders = { layout: 'folders' };

  test('give the split of each image', async () => {
    const root = treeOf(['train/cat/1.jpg', 'train/dog/2.jpg', 'Valid/cat/3.jpg', 'test/dog/4.jpg']);
    expect(await splitsOf(root, folders)).toEqual([
      'Valid/cat/3.jpg yn validation',
      'test/dog/4.jpg ny test',
      'train/cat/1.jpg yn train',
      'train/dog/2.jpg ny train',
    ]);
    const { logged, metrics } = await ingestOf(root, folders);
    expect(logged).toContain('the splits are those of the folders Valid, test and train');
    expect(metrics).toEqual({ samples: 4, images: 4, tasks: 1, questions: 0, train: 2, validation: 1, test: 1 });
  });

  test('may be those of several tasks', async () => {
    const root = treeOf(['train/heel/flat/1.jpg', 'train/toe/open/2.jpg', 'val/heel/high/3.jpg', 'val/toe/open/4.jpg']);
    expect(await splitsOf(root, folders)).toEqual([
      'train/heel/flat/1.jpg yn train',
      'train/toe/open/2.jpg y train',
      'val/heel/high/3.jpg ny validation',
      'val/toe/open/4.jpg y validation',
    ]);
  });

  test('are counted by split, and a class without a training image is told', async () => {
    const root = treeOf(['train/cat/1.jpg', 'train/dog/2.jpg', 'val/cat/3.jpg', 'test/dog/4.jpg', 'test/dgo/5.jpg']);
    expect(await tasksOf(root, folders)).toEqual([
      {
        name: 'label',
        classes: 3,
        samples: 5,
        class_names: ['cat', 'dgo', 'dog'],
        counts: { all: [2, 1, 2], train: [1, 0, 1], validation: [1, 0, 0], test: [0, 1, 1], maybe: [0, 0, 0] },
      },
    ]);
    expect((await ingestOf(root, folders)).logged).toContain('label: no training sample of class 1 ("dgo")');
  });

  test('without one for validation get a validation split of the training images', async () => {
    const root = treeOf([...Array(10).keys()].map((index) => `train/cat/${index}.jpg`).concat('test/cat/x.jpg'));
    const { metrics } = await ingestOf(root, { ...folders, validation_fraction: 0.3 });
    expect(metrics).toMatchObject({ train: 7, validation: 3, test: 1 });
  });

  test('leave unlabelled images for questions, if the param "questions" names their folder', async () => {
    const root = treeOf(['train/cat/1.jpg', 'train/dog/2.jpg', 'test/3.jpg']);
    const { metrics } = await ingestOf(root, { ...folders, questions: 'test', validation_fraction: 0 });
    expect(metrics).toMatchObject({ train: 2, validation: 0, questions: 1 });
  });
});

describe('a cross-validation', () => {
  const root = () => datasetOf([...Array(20).keys()].map((index) => `Images/${index}.jpg,coat_labels,yn`));

  test('gives each sample to the validation split of one fold, and the same images to all folds', async () => {
    const dataset = root();
    const folds = await Promise.all(
      [0, 1, 2, 3].map((fold) => ingestOf(dataset, { folds: 4, fold, test_fraction: 0.2 })),
    );
    expect(folds.map(({ metrics }) => metrics)).toEqual(
      Array(4).fill(expect.objectContaining({ train: 12, validation: 4, test: 4 })),
    );
    const lists = folds.map(({ outputs }) => readFileSync(outputs['images'] ?? '').toString('hex'));
    expect(new Set(lists).size).toBe(1);
    expect(unwrap(await readImages(folds[0]?.outputs['images'] ?? ''))).toHaveLength(20);
  });

  test('needs the number of a fold that there is', async () => {
    const advice = 'For all folds, give the stage "matrix: { fold: [0, 1, …] }" and the param "fold: ${matrix.fold}".';
    expect(await problemsOf(root(), { folds: 5 })).toEqual([
      `with "folds": 5, the param "fold" has to be from 0 to 4, but it is not set — ${advice}`,
    ]);
    expect(await problemsOf(root(), { folds: 5, fold: 5 })).toEqual([
      `with "folds": 5, the param "fold" has to be from 0 to 4, but it is 5 — ${advice}`,
    ]);
    expect(await problemsOf(root(), { fold: 1 })).toEqual([
      'the param "fold" is set, but "folds" is not — Set "folds", or remove "fold".',
    ]);
  });

  test('is not mixed up with fractions that leave nothing for training', async () => {
    expect(await problemsOf(root(), { validation_fraction: 0.5, test_fraction: 0.5 })).toEqual([
      '"validation_fraction" and "test_fraction" are 0.5 and 0.5, which leaves no samples for training — Lower one of them.',
    ]);
  });
});

describe('groups by a pattern', () => {
  const photos = [...Array(40).keys()].map((index) => `Images/p${index % 8}_${index}.jpg,coat_labels,yn`);

  test('keep all images of a group in one split', async () => {
    const samples = await splitsOf(datasetOf(photos), { group_pattern: '/(p\\d+)_', validation_fraction: 0.25 });
    const sides = new Map<string, Set<string>>();
    for (const sample of samples) {
      const [, person = '', split = ''] = /(p\d+)_.* (\w+)$/.exec(sample) ?? [];
      sides.set(person, (sides.get(person) ?? new Set()).add(split));
    }
    expect([...sides.values()].map((set) => [...set].join(' ')).toSorted()).toEqual([
      ...Array(6).fill('train'),
      ...Array(2).fill('validation'),
    ]);
  });

  test('are counted', async () => {
    const { outputs } = await ingestOf(datasetOf(photos), { group_pattern: 'p\\d+', validation_fraction: 0.25 });
    expect(JSON.parse(readFileSync(outputs['tasks'] ?? '', 'utf8'))).toMatchObject({
      groups: { all: 8, train: 6, validation: 2 },
    });
  });

  test('must be found in the path of each image', async () => {
    const root = datasetOf(['Images/p1_1.jpg,coat_labels,yn', 'Images/x.jpg,coat_labels,yn']);
    expect(await problemsOf(root, { group_pattern: '(p\\d+)_' })).toEqual([
      '…/Images/x.jpg: the param "group_pattern" finds no group in "Images/x.jpg" — Make the pattern match this path, too. It is searched in the path below the folder of the data set.',
    ]);
  });

  test('must be a valid regular expression', async () => {
    const [problem = ''] = await problemsOf(datasetOf(photos), { group_pattern: '(p' });
    expect(problem).toContain('the param "group_pattern" is no valid regular expression: ');
    expect(problem).toContain('Unterminated group');
  });

  test('contradict those of a column', async () => {
    const params = { layout: 'table', columns: { group: 'person' }, group_pattern: '(p\\d+)_' };
    expect(await problemsOf(datasetOf(photos), params)).toEqual([
      'the params say the groups twice: by "group_pattern", and by the column "person" — Remove one of them.',
    ]);
  });

  test('must not contradict the splits of the data set, unless folds replace these', async () => {
    const root = treeOf(['train/cat/p1_1.jpg', 'train/dog/p2_2.jpg', 'val/cat/p1_3.jpg']);
    const params = { layout: 'folders', group_pattern: '(p\\d+)_' };
    expect(await problemsOf(root, params)).toEqual([
      '…/val/cat/p1_3.jpg: the group "p1" is in the splits train and validation: "train/cat/p1_1.jpg" and "val/cat/p1_3.jpg" — Move all images of the group into one split, or do not name the groups.',
    ]);
    expect((await ingestOf(root, { ...params, folds: 2, fold: 0 })).failure).toBeUndefined();
  });
});

describe('label files of splits', () => {
  const rows = (names: readonly string[]) => names.map((name) => `Images/${name}.jpg,coat_labels,yn\n`).join('');
  const annotations = { train: 'train.csv', validation: 'val.csv' };

  test('give the split of the images in them', async () => {
    const labels = ['a', 'b', 'c'].map((name) => `Images/${name}.jpg,coat_labels,yn`);
    const root = datasetOf(labels, { 'train.csv': rows(['a', 'b']), 'val.csv': rows(['c']) });
    expect(await splitsOf(root, { annotations })).toEqual([
      'Images/a.jpg yn train',
      'Images/b.jpg yn train',
      'Images/c.jpg yn validation',
    ]);
  });

  test('must not label an image twice, even for another task', async () => {
    const root = datasetOf(['Images/a.jpg,coat_labels,yn'], {
      'train.csv': rows(['a']),
      'val.csv': 'Images/a.jpg,neck_labels,ny\n',
    });
    expect(await problemsOf(root, { annotations })).toEqual([
      '…/val.csv:1:1: "Images/a.jpg" is labelled for the split validation, and in another file for train — Keep the labels of an image in one split.',
    ]);
  });
});
