import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import {
  float32ListColumn,
  float64Column,
  textColumn,
  uint8Column,
  writeArrowTable,
} from '../../../src/vision/data/tables/arrow-file.ts';
import { evaluatedSamplesViewer } from '../../../src/vision/inspect/evaluated-samples.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { inspectPath } from '../../support/inspect-path.ts';

type Row = readonly [file: string, truth: number, predicted: number, loss: number];

/** Writes the samples of an evaluation of a task with other labels than one class, and inspects them. */
async function inspectAnswers(
  task: Readonly<Record<string, unknown>>,
  rows: readonly (readonly [
    file: string,
    label: string,
    answer: string,
    probabilities: readonly number[],
    loss: number,
  ])[],
) {
  const path = join(temporaryFolder(), 'samples.arrow');
  const columns = {
    file: textColumn(rows.map(([file]) => file)),
    task: textColumn(rows.map(() => String(task['name']))),
    label: textColumn(rows.map(([, label]) => label)),
    class: uint8Column(new Uint8Array(rows.length)),
    predicted: uint8Column(new Uint8Array(rows.length)),
    probabilities: float32ListColumn(rows.map(([, , , probabilities]) => Float32Array.from(probabilities))),
    loss: float64Column(Float64Array.from(rows, ([, , , , loss]) => loss)),
    answer: textColumn(rows.map(([, , answer]) => answer)),
  };
  await writeArrowTable(path, columns, { tasks: JSON.stringify([task]) });
  return inspectPath(path, { viewers: [evaluatedSamplesViewer], width: 100 });
}

/** Writes the samples of an evaluation of one task with two classes, and inspects them. */
async function inspectSamples(rows: readonly Row[], tasks: unknown, view: Partial<View> = {}) {
  const path = join(temporaryFolder(), 'samples.arrow');
  const columns = {
    file: textColumn(rows.map(([file]) => file)),
    task: textColumn(rows.map(() => 'colour')),
    label: textColumn(rows.map(([, truth]) => (truth === 0 ? 'yn' : 'ny'))),
    class: uint8Column(Uint8Array.from(rows, ([, truth]) => truth)),
    predicted: uint8Column(Uint8Array.from(rows, ([, , predicted]) => predicted)),
    probabilities: float32ListColumn(
      rows.map(([, , predicted]) => Float32Array.from(predicted === 0 ? [0.75, 0.25] : [0.25, 0.75])),
    ),
    loss: float64Column(Float64Array.from(rows, ([, , , loss]) => loss)),
  };
  await writeArrowTable(path, columns, { tasks: JSON.stringify(tasks) });
  return inspectPath(path, { viewers: [evaluatedSamplesViewer], width: 100, ...view });
}

const TASKS = [{ name: 'colour', classes: 2, class_names: ['red', 'blue'] }];
const ROWS: readonly Row[] = [
  ['a.jpg', 0, 1, 0.5],
  ['b.jpg', 1, 1, 0.1],
  ['c.jpg', 1, 0, 2.5],
];

describe('pipeline inspect of the samples of an evaluation', () => {
  test('shows below the columns the wrong predictions, the largest loss first', async () => {
    const { lines, content } = await inspectSamples(ROWS, TASKS);
    expect(lines[0]).toContain('3 rows');
    expect(lines.slice(-4)).toEqual([
      '2 of 3 samples have a wrong prediction, the largest loss first',
      '  file   task    true         predicted      loss',
      '  c.jpg  colour  blue (0.25)  red (0.75)   2.5000',
      '  a.jpg  colour  red (0.25)   blue (0.75)  0.5000',
    ]);
    expect(content).toMatchObject({ kind: 'arrow', mistakes: 2, worst: [{ file: 'c.jpg', truth: 'blue' }, {}] });
  });

  test('shows of several classes those that are true and those that are answered', async () => {
    const tags = { name: 'tags', kind: 'classes', classes: 3, class_names: ['dog', 'cat', 'hat'] };
    const { lines, content } = await inspectAnswers(tags, [
      ['a.jpg', 'yyn', 'yny', [0.9, 0.25, 0.5], 0.8],
      ['b.jpg', 'ynm', 'yny', [0.9, 0.1, 0.9], 0.1],
      ['c.jpg', 'nny', 'nnn', [0.1, 0.1, 0.25], 2],
    ]);
    expect(lines.slice(-4)).toEqual([
      '2 of 3 samples have a wrong prediction, the largest loss first',
      '  file   task  true                       predicted                    loss',
      '  c.jpg  tags  hat (0.25)                 none                       2.0000',
      '  a.jpg  tags  dog (0.90) and cat (0.25)  dog (0.90) and hat (0.50)  0.8000',
    ]);
    expect(content).toMatchObject({
      mistakes: 2,
      worst: [{ file: 'c.jpg', truth: 'hat (0.25)', predicted: 'none' }, {}],
    });
  });

  test('shows of numbers the largest errors: a number is not right or wrong', async () => {
    const size = { name: 'size', kind: 'numbers', classes: 2, class_names: ['width', 'height'] };
    const { lines, content } = await inspectAnswers(size, [
      ['a.jpg', '10;2', '10.5;2', [], 0.1],
      ['b.jpg', '30;', '12;1', [], 4],
    ]);
    expect(lines.slice(-4)).toEqual([
      '2 samples have numbers, the largest error first',
      '  file   task  true                      predicted               loss',
      '  b.jpg  size  width 30, height unknown  width 12, height 1    4.0000',
      '  a.jpg  size  width 10, height 2        width 10.5, height 2  0.1000',
    ]);
    expect(content).toMatchObject({ mistakes: 0, largest_errors: [{ file: 'b.jpg' }, { file: 'a.jpg' }] });
  });

  test('shows the first ten, and all with --full', async () => {
    const rows = Array.from({ length: 12 }, (_, at): Row => [`image-${at}.jpg`, 0, 1, at]);
    const { lines } = await inspectSamples(rows, TASKS);
    expect(lines.at(-1)).toBe('  … 2 more with --full');
    expect((await inspectSamples(rows, TASKS, { full: true })).lines.at(-1)).toContain('image-0.jpg');
  });

  test('says that nothing is wrong', async () => {
    const { lines } = await inspectSamples([['b.jpg', 1, 1, 0.1]], TASKS);
    expect(lines.at(-1)).toBe('0 of 1 samples have a wrong prediction');
  });

  test.each([[undefined], [[null, { name: 'colour' }]], [{ name: 1 }]])(
    'numbers classes without names: %j',
    async (tasks) => {
      expect((await inspectSamples(ROWS, tasks)).lines.at(-1)).toContain('0 (0.25)  1 (0.75)');
    },
  );

  test('shows names that would change the terminal in a visible form', async () => {
    const tasks = [{ ...TASKS[0], class_names: ['\u001B[2J', 'b\nc'] }];
    const { lines } = await inspectSamples(ROWS, tasks);
    expect(lines.join('\n')).not.toContain('\u001B');
    expect(lines.at(-1)).toContain('b↵c');
  });

  test('leaves a table of another shape as it is', async () => {
    const path = join(temporaryFolder(), 'samples.arrow');
    await writeArrowTable(path, { file: textColumn(['a.jpg']) }, {});
    const { content, lines } = await inspectPath(path, { viewers: [evaluatedSamplesViewer] });
    expect(content).not.toHaveProperty('worst');
    expect(lines.join('\n')).not.toContain('wrong prediction');
  });
});
