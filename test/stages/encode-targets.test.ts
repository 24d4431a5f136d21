import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { type LabelKind, numbersIn, numbersLabel } from '../../src/vision/data/tables/label-kind.ts';
import { type Sample, writeSamples } from '../../src/vision/data/tables/samples.ts';
import { readTargets } from '../../src/vision/data/tables/targets.ts';
import encodeTargets from '../../stages/encode-targets.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { unwrap } from '../support/result.ts';
import { runStage } from '../support/run-stage.ts';

const samples: readonly Sample[] = [
  { file: 'Images/1.jpg', task: 'neck_design', classIndex: 1, label: 'ny', split: 'train' },
  { file: 'Images/2.jpg', task: 'coat_length', classIndex: 2, label: 'nmy', split: 'validation' },
  { file: 'Images/3.jpg', task: 'coat_length', classIndex: 0, label: 'ynn', split: 'train' },
  { file: 'Images/1.jpg', task: 'coat_length', classIndex: 1, label: 'nyn', split: 'train' },
];

async function targetsOf(rows: readonly Sample[]): Promise<string> {
  const file = join(temporaryFolder(), 'samples.arrow');
  await writeSamples(file, { samples: rows, classNames: new Map() });
  const { failure, outputs } = await runStage(encodeTargets, { inputs: { samples: file } });
  expect(failure).toBeUndefined();
  return outputs.targets ?? '';
}

describe('encode-targets', () => {
  test('writes one one-hot matrix per task, with zeros for samples without the task', async () => {
    const table = tableFromIPC(readFileSync(await targetsOf(samples)));
    const matrix = (name: string) => Array.from(table.getChild(name) ?? [], (row) => [...row].join(' '));
    expect(matrix('targets.coat_length')).toEqual(['0 0 0', '0 0 1', '1 0 0', '0 1 0']);
    expect(matrix('targets.neck_design')).toEqual(['0 1', '0 0', '0 0', '0 0']);
  });

  test('writes the id, file and split of each sample beside its targets, in the order of the samples', async () => {
    const table = tableFromIPC(readFileSync(await targetsOf(samples)));
    expect(Array.from(table, ({ sample, file, split }) => `${sample} ${file} ${split}`)).toEqual([
      '0 Images/1.jpg train',
      '1 Images/2.jpg validation',
      '2 Images/3.jpg train',
      '3 Images/1.jpg train',
    ]);
  });

  test('writes targets that readTargets returns as one task and one class per sample', async () => {
    const targets = unwrap(await readTargets(await targetsOf(samples)));
    expect(targets.tasks).toEqual([
      { name: 'coat_length', classes: 3, samples: 3 },
      { name: 'neck_design', classes: 2, samples: 1 },
    ]);
    expect(targets.count).toBe(4);
    expect(Array.from({ length: 4 }, (_, sample) => targets.labels(sample))).toEqual([
      [{ task: 1, text: 'ny', classIndex: 1 }],
      [{ task: 0, text: 'nmy', classIndex: 2 }],
      [{ task: 0, text: 'ynn', classIndex: 0 }],
      [{ task: 0, text: 'nyn', classIndex: 1 }],
    ]);
    expect(targets.file(1)).toBe('Images/2.jpg');
    expect([...targets.samplesIn('train')]).toEqual([0, 2, 3]);
    expect([...targets.samplesIn('validation')]).toEqual([1]);
  });

  test('accepts a task whose name is that of another column', async () => {
    const targets = unwrap(
      await readTargets(await targetsOf([{ file: '1.jpg', task: 'file', classIndex: 1, label: 'ny', split: 'train' }])),
    );
    expect([targets.file(0), targets.tasks[0]?.name, targets.labels(0)[0]?.classIndex]).toEqual(['1.jpg', 'file', 1]);
  });

  test('keeps the names of the classes, for the model and its predictions', async () => {
    const file = join(temporaryFolder(), 'samples.arrow');
    const [first] = samples;
    const names = Array.from(first?.label ?? '', (_, index) => `class ${index}`);
    await writeSamples(file, { samples, classNames: new Map([[first?.task ?? '', names]]) });
    const { outputs } = await runStage(encodeTargets, { inputs: { samples: file } });
    const { tasks } = unwrap(await readTargets(outputs['targets'] ?? ''));
    expect(tasks.map(({ name, class_names }) => [name, class_names])).toEqual(
      tasks.map(({ name }) => [name, name === first?.task ? names : undefined]),
    );
  });

  test('gives byte-identical targets for the same samples', async () => {
    expect(readFileSync(await targetsOf(samples))).toEqual(readFileSync(await targetsOf(samples)));
  });
});

describe('encode-targets with labels of several tasks for an image', () => {
  const kinds = new Map<string, LabelKind>([
    ['length', 'ordered'],
    ['tags', 'classes'],
    ['width', 'numbers'],
  ]);
  const row = (sample: number, task: string, label: string): Sample => {
    const classIndex = Math.max(0, label.indexOf('y'));
    return { sample, file: `${sample}.jpg`, task, label, classIndex, split: 'train' };
  };
  const rows = [
    row(0, 'tags', 'nnn'),
    row(0, 'colour', 'ny'),
    row(0, 'width', '0;'),
    row(1, 'length', 'nny'),
    row(1, 'tags', 'yym'),
    row(2, 'width', '-1.5;200'),
  ];
  const written = async (samples: readonly Sample[]) => {
    const file = join(temporaryFolder(), 'samples.arrow');
    await writeSamples(file, { samples, classNames: new Map(), kinds });
    return runStage(encodeTargets, { inputs: { samples: file } });
  };

  test('reads back the labels of each sample, also those without any class, and unknown numbers', async () => {
    const { outputs } = await written(rows);
    const targets = unwrap(await readTargets(outputs['targets'] ?? ''));
    expect(targets.tasks).toEqual([
      { name: 'colour', classes: 2, samples: 1 },
      { name: 'length', kind: 'ordered', classes: 3, samples: 1 },
      { name: 'tags', kind: 'classes', classes: 3, samples: 2 },
      { name: 'width', kind: 'numbers', classes: 2, samples: 2 },
    ]);
    expect(targets.count).toBe(3);
    const labels = (sample: number) => targets.labels(sample).map(({ task, text }) => `${task} ${text}`);
    expect([labels(0), labels(1), labels(2)]).toEqual([['0 ny', '2 nnn', '3 0;'], ['1 nny', '2 yym'], ['3 -1.5;200']]);
  });

  test('writes which samples have a label where a row of zeros may be one', async () => {
    const { outputs } = await written(rows);
    const table = tableFromIPC(readFileSync(outputs['targets'] ?? ''));
    const column = (name: string) => Array.from(table.getChild(name) ?? [], (each) => String(each));
    expect(column('targets.tags')).toEqual(['[0,0,0]', '[1,1,0]', '[0,0,0]']);
    expect(column('labelled.tags')).toEqual(['1', '1', '0']);
    expect(column('targets.width')).toEqual(['[0,NaN]', '[0,0]', '[-1.5,200]']);
    expect(column('labelled.width')).toEqual(['1', '0', '1']);
    expect(table.getChild('labelled.colour')).toBeNull();
  });

  test.each([
    ['one sample has two images: "0.jpg" and "1.jpg"', { file: '1.jpg' }],
    ['the sample "0.jpg" is in two splits', { split: 'validation' }],
    ['the sample "0.jpg" has two labels for the task "colour"', { task: 'colour' }],
  ] as const)('reports that %s', async (message, other) => {
    const { failure } = await written([row(0, 'colour', 'ny'), { ...row(0, 'tags', 'nny'), ...other }]);
    expect(failure).toMatchObject({ kind: 'bad-input', problems: [{ message }] });
  });
});

test('numbers are written as a label so that they are read back, unknown ones included', () => {
  const numbers = [1.5, Number.NaN, -2e-7, 1e21];
  expect(numbersLabel(numbers)).toBe('1.5;;-2e-7;1e+21');
  expect(numbersIn(numbersLabel(numbers))).toEqual(numbers);
});

test('encode-targets reports unreadable samples as a bad input', async () => {
  const file = join(temporaryFolder(), 'samples.arrow');
  writeFileSync(file, 'sample,file\n');
  const { failure } = await runStage(encodeTargets, { inputs: { samples: file } });
  expect(failure).toMatchObject({ kind: 'bad-input', problems: [{ at: { file } }] });
});

test('readTargets reports an Arrow file without targets', async () => {
  const file = join(temporaryFolder(), 'samples.arrow');
  await writeSamples(file, { samples, classNames: new Map() });
  expect(await readTargets(file)).toEqual({
    ok: false,
    failure: [
      {
        message: 'expected a target for each label of 4 samples, but 4 of them have other targets',
        at: { file },
        advice: 'Rerun the stage that made the targets.',
      },
    ],
  });
});
