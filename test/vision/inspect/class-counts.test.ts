import { expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import { classCountsViewer } from '../../../src/vision/inspect/class-counts.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

const coat = {
  name: 'coat_length',
  classes: 3,
  samples: 1240,
  class_names: ['short', 'medium', 'long'],
  counts: { all: [1200, 39, 1], train: [960, 31, 1], validation: [240, 8, 0] },
};
const neck = { name: 'neck', classes: 2, samples: 9, counts: { all: [4, 5], train: [4, 3], validation: [0, 2] } };
const inspectFile = (path: string, view: Partial<View> = {}) =>
  inspectPath(path, { ...view, viewers: [classCountsViewer] });
const counts = (...tasks: readonly object[]) =>
  fileOf('tasks.json', JSON.stringify({ samples: 1249, images: 1245, tasks }));

test('inspect shows the class counts of the ingest stage as tables', async () => {
  const { content, lines } = await inspectFile(counts(coat, neck));
  expect(lines).toEqual([
    'samples by task and class, 297 B',
    '  1,249 samples, 1,245 images',
    '  task         classes    all  train  validation',
    '  coat_length        3  1,240    992         248',
    '  neck               2      9      7           2',
    '',
    '  task         class     all  train  validation',
    '  coat_length  short   1,200    960         240',
    '               medium     39     31           8',
    '               long        1      1           0',
    '  neck         0           4      4           0',
    '               1           5      3           2',
  ]);
  expect(content).toMatchObject({ kind: 'json', value: { samples: 1249 } });
});

test('inspect shows labels of every kind: how many samples have them, and what numbers are like', async () => {
  const tags = {
    name: 'tags',
    kind: 'classes',
    classes: 2,
    samples: 5,
    class_names: ['silk', 'long'],
    labelled: { all: 5, train: 4, validation: 1 },
    none: { all: 1, train: 1, validation: 0 },
    counts: { all: [4, 2], train: [3, 1], validation: [1, 1], maybe: [0, 0] },
  };
  const known = (count: number) => ({ count, minimum: -1, maximum: 2, mean: 1 / 3, standard_deviation: 1.25 });
  const size = {
    name: 'size',
    kind: 'numbers',
    classes: 2,
    samples: 3,
    class_names: ['width', 'height'],
    labelled: { all: 3, train: 3, validation: 0 },
    numbers: { all: [known(3), known(2)], validation: [{ count: 0 }, { count: 0 }] },
  };
  const file = fileOf('tasks.json', JSON.stringify({ samples: 8, tasks: [size, tags], groups: { all: 3, train: 2 } }));
  expect((await inspectFile(file, { width: 100 })).lines.slice(1)).toEqual([
    '  8 samples',
    '  groups: 3 all, 2 train',
    '  task  labels   classes  all  train  validation  maybe',
    '  size  numbers        2    3      3           0      0',
    '  tags  classes        2    5      4           1      0',
    '',
    '  task  class   all  train  validation  maybe',
    '  tags  silk      4      3           1      0',
    '        long      2      1           1      0',
    '        (none)    1      1           0      0',
    '',
    '  number       split       samples  minimum  maximum    mean  deviation',
    '  size width   all               3       -1        2  0.3333       1.25',
    '  size height  all               2       -1        2  0.3333       1.25',
    '  size width   validation        0',
    '  size height  validation        0',
  ]);
});

test('inspect names the last columns of the class counts instead of showing them on a narrow terminal', async () => {
  const { lines } = await inspectFile(counts(coat, neck), { width: 36 });
  expect(lines.slice(2, 6)).toEqual([
    '  task         classes    all  train',
    '  coat_length        3  1,240    992',
    '  neck               2      9      7',
    '  and validation',
  ]);
});

test('inspect shows only the tasks if there are many classes, and the classes with --full', async () => {
  const zeros = Array.from({ length: 80 }, () => 0);
  const file = counts({ name: 'colour', classes: 80, counts: { all: zeros } });
  expect((await inspectFile(file)).lines.slice(2)).toEqual([
    '  task    classes  all',
    '  colour       80    0',
    '  … each of the 80 classes with --full',
  ]);
  expect((await inspectFile(file, { full: true })).lines).toHaveLength(5 + 1 + 80);
});

test('inspect shows JSON with inconsistent class counts as plain JSON', async () => {
  const { lines } = await inspectFile(counts({ ...coat, classes: 4 }));
  expect(lines[0]).toMatch(/^JSON, /);
});
