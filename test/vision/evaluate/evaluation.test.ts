import { describe, expect, test } from 'vitest';
import type { Targets, TaskLabel } from '../../../src/vision/data/tables/targets.ts';
import type { Task } from '../../../src/vision/data/tables/task.ts';
import { collectPredictions } from '../../../src/vision/evaluate/collect-predictions.ts';
import { type Evaluation, toEvaluation } from '../../../src/vision/evaluate/evaluation.ts';
import { evaluationIntervals, evaluationMetrics } from '../../../src/vision/evaluate/reported-metrics.ts';
import type { Heads } from '../../../src/vision/heads/head.ts';
import { headLayout } from '../../../src/vision/heads/head-layout.ts';
import { regression } from '../../../src/vision/heads/regression.ts';

/** The labels of a sample by task, and what the heads put out for it, in task order. */
interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly outputs?: readonly number[];
}

/** Evaluates predictions; rows without outputs are the training split. */
function evaluated(
  tasks: readonly Task[],
  rows: readonly Row[],
  heads: Heads = {},
  heldBy: readonly string[] = [],
): Evaluation {
  const labelsOf = ({ labels }: Row) =>
    tasks.flatMap(({ name }, task): TaskLabel[] => {
      const text = labels[name];
      return text === undefined ? [] : [{ task, text, classIndex: Math.max(0, text.indexOf('y')) }];
    });
  const isIn = (split: string, row: Row) => (row.outputs === undefined) === (split === 'train');
  const targets: Targets = {
    tasks,
    count: rows.length,
    file: (sample) => `${sample}.jpg`,
    labels: (sample) => labelsOf(rows[sample] ?? { labels: {} }),
    samplesIn: (split) => Int32Array.from(rows.keys()).filter((row) => isIn(split, rows[row] ?? { labels: {} })),
  };
  const layout = headLayout(
    tasks.map((task, index) => ({ ...task, ...(heldBy[index] && { head: heldBy[index] }) })),
    heads,
  );
  const collector = collectPredictions(targets, layout);
  const samples = targets.samplesIn('validation');
  collector.add(samples, Float32Array.from([...samples].flatMap((sample) => rows[sample]?.outputs ?? [])));
  return toEvaluation({
    targets,
    layout,
    predicted: collector.predicted,
    validation: { loss: 0.5, crossEntropy: 0.5 },
    bootstrap: { resamples: 50, seed: 1 },
    about: { split: 'validation', left_out: 0, duplicates: { exact: [], near: [] } },
  });
}

const TAGS: Task = { name: 'tags', kind: 'classes', classes: 2, samples: 6, class_names: ['dog', 'cat'] };
const SIZE: Task = { name: 'size', kind: 'numbers', classes: 1, samples: 6 };
const LENGTH: Task = { name: 'length', kind: 'ordered', classes: 3, samples: 6 };

describe('the evaluation of a task with any number of classes', () => {
  const { tasks, ...evaluation } = evaluated(
    [TAGS],
    [
      { labels: { tags: 'yn' } },
      { labels: { tags: 'yy' } },
      { labels: { tags: 'ny' }, outputs: [0.1, 0.9] },
      { labels: { tags: 'yn' }, outputs: [0.8, 0.6] },
      { labels: { tags: 'nn' }, outputs: [0.2, 0.1] },
    ],
  );
  const [tags] = tasks;

  test('has its metrics with intervals, and those of always answering with the classes of most training labels', () => {
    expect(tags).toMatchObject({ kind: 'classes', head: 'sigmoid', threshold: 0.5, count: 3 });
    const { exact_match, hamming_accuracy, mean_average_precision } = tags?.metrics ?? {};
    expect(exact_match?.value).toBeCloseTo(2 / 3, 9);
    expect(hamming_accuracy?.value).toBeCloseTo(5 / 6, 9);
    expect(mean_average_precision?.value).toBe(1);
    // All training labels have the first class and half of them the second, so both are answered.
    expect(exact_match?.baseline).toBe(0);
    expect(hamming_accuracy?.baseline).toBeCloseTo(2 / 6, 9);
    expect(hamming_accuracy?.interval?.[0]).toBeLessThan(5 / 6);
  });

  test('has the metrics of each class by name', () => {
    if (tags?.kind !== 'classes') throw new Error('not a task with any number of classes');
    expect(tags.classes).toMatchObject([
      { name: 'dog', count: 1, precision: 1, recall: 1, average_precision: 1 },
      { name: 'cat', count: 1, precision: 0.5, recall: 1, average_precision: 1 },
    ]);
  });

  test('has no means that only tasks with one class for each sample have', () => {
    expect(evaluation.weighted).toBeUndefined();
    expect(evaluation.mean_average_precision).toBeUndefined();
    expect(evaluationMetrics({ ...evaluation, tasks })).toEqual({
      loss: 0.5,
      'mean_average_precision/tags': 1,
      'macro_f1/tags': expect.closeTo((1 + 2 / 3) / 2, 9),
    });
  });
});

test('the evaluation of numbers has the errors of each, and those of always answering with the mean of the training labels', () => {
  const pair: Task = { ...SIZE, classes: 2, class_names: ['width', 'height'] };
  const { tasks } = evaluated(
    [pair],
    [
      { labels: { size: '10;1' } },
      { labels: { size: '20;3' } },
      { labels: { size: '10;2' }, outputs: [12, 2] },
      { labels: { size: '30;4' }, outputs: [29, 3] },
    ],
  );
  const [size] = tasks;
  if (size?.kind !== 'numbers') throw new Error('not a task of numbers');
  expect(size.numbers.map(({ name, metrics }) => [name, metrics.mean_absolute_error.value])).toEqual([
    ['width', 1.5],
    ['height', 0.5],
  ]);
  expect(size.metrics.mean_absolute_error).toMatchObject({ value: 1, baseline: (10 + 1) / 2 });
  expect(size.numbers[0]?.metrics.r2.value).toBeCloseTo(1 - (4 + 1) / 200, 9);
});

test('the evaluation of ordered classes has the distance in classes besides, and counts in the means over the tasks', () => {
  const rows = [
    { labels: { length: 'ynn' } },
    // The outputs of an ordinal head: the probability of being above a class, if it is not below.
    { labels: { length: 'nny' }, outputs: [0.9, 0.9] },
    { labels: { length: 'nny' }, outputs: [0.9, 0.2] },
    { labels: { length: 'ynn' }, outputs: [0.1, 0.2] },
  ];
  const { tasks, weighted } = evaluated([LENGTH], rows);
  const [length] = tasks;
  expect(length).toMatchObject({ kind: 'ordered', head: 'ordinal' });
  expect(length?.metrics['mean_absolute_error']).toMatchObject({ value: 1 / 3, baseline: 4 / 3 });
  expect(length?.metrics['quadratic_weighted_kappa']?.value).toBeCloseTo(0.8, 9);
  expect(weighted?.accuracy.value).toBeCloseTo(2 / 3, 9);
});

test('classes without an order have a distance if an ordinal head has learnt them, and none otherwise', () => {
  const plain: Task = { name: 'length', classes: 2, samples: 2 };
  const rows = [{ labels: { length: 'yn' } }, { labels: { length: 'ny' }, outputs: [0.7] }];
  const [learnt] = evaluated([plain], rows, {}, ['ordinal']).tasks;
  expect(learnt?.metrics['mean_absolute_error']?.value).toBe(0);
  const [softmax] = evaluated(
    [plain],
    [rows[0] ?? { labels: {} }, { labels: { length: 'ny' }, outputs: [0.3, 0.7] }],
  ).tasks;
  expect(softmax?.metrics['mean_absolute_error']).toBeUndefined();
});

test('a sample with labels of several tasks counts for each of them, and one without a label for none', () => {
  const { tasks } = evaluated(
    [SIZE, TAGS],
    [
      { labels: { size: '1', tags: 'yn' }, outputs: [1, 0.9, 0.1] },
      { labels: { tags: 'ny' }, outputs: [7, 0.1, 0.9] },
      { labels: { tags: 'ny' }, outputs: [7, 0.1, 0.9] },
    ],
  );
  expect(tasks.map(({ name, count }) => [name, count])).toEqual([
    ['size', 1],
    ['tags', 3],
  ]);
  expect(tasks[0]?.metrics['mean_absolute_error']?.value).toBe(0);
});

test('the metrics of a head of one’s own are shown beside those of its kind, and are reported first', () => {
  const heads: Heads = {
    size: {
      ...regression(),
      name: 'circular',
      metrics: {
        degrees: (answer, label) => Math.abs((((((answer[0] ?? 0) - Number(label)) % 360) + 540) % 360) - 180),
      },
    },
  };
  const rows = [
    { labels: { size: '350' } },
    { labels: { size: '350' }, outputs: [10] },
    { labels: { size: '90' }, outputs: [80] },
  ];
  const evaluation = evaluated([SIZE], rows, heads, ['circular']);
  const [angle] = evaluation.tasks;
  expect(angle?.head).toBe('circular');
  expect(angle?.metrics['degrees']).toMatchObject({ value: 15, baseline: (0 + 100) / 2 });
  expect(Object.keys(evaluationMetrics(evaluation))).toEqual([
    'loss',
    'degrees/size',
    'mean_absolute_error/size',
    'r2/size',
  ]);
  expect(evaluationIntervals(evaluation)['degrees/size']).toEqual([10, 20]);
});
