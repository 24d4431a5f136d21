import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import type { Head, HeadTask } from '../../../src/vision/heads/head.ts';
import { headLayout } from '../../../src/vision/heads/head-layout.ts';
import { type ClassLoss, focal, ordinal, regression, sigmoid, softmax } from '../../../src/vision/index.ts';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import { batchLoss, meanLoss } from '../../../src/vision/train/step/loss.ts';
import { type BatchLabels, targetTensors } from '../../../src/vision/train/step/target-tensors.ts';
import { count, direction } from '../../support/own-heads.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

interface Case {
  readonly what: string;
  readonly head: Head;
  readonly task: Omit<HeadTask, 'name' | 'head'>;
  readonly labels: readonly [string, string];
  /** What `decode` makes of each label when the layers have learnt it exactly. */
  readonly answers: readonly [readonly number[], readonly number[]];
}

const squares: ClassLoss = (of, { probabilities, target }) => of.squaredDifference(probabilities, target) as Tensor2D;

const oneOfThree = {
  task: { classes: 3 },
  labels: ['ynn', 'nmy'],
  answers: [
    [1, 0, 0],
    [0, 0, 1],
  ],
} as const;
const inOrder = { ...oneOfThree, task: { classes: 3, kind: 'ordered' } } as const;
const atOnce = {
  task: { classes: 3, kind: 'classes' },
  labels: ['yny', 'nnn'],
  answers: [
    [1, 0, 1],
    [0, 0, 0],
  ],
} as const;
const twoNumbers = {
  task: { classes: 2, kind: 'numbers', fitted: { mean: [100, -3], deviation: [20, 0.5] } },
  labels: ['112.5;-4', '70;-3.25'],
  answers: [
    [112.5, -4],
    [70, -3.25],
  ],
} as const;

const CASES: readonly Case[] = [
  { what: 'softmax', head: softmax(), ...oneOfThree },
  { what: 'softmax of classes in order', head: softmax(), ...inOrder },
  { what: 'softmax with the focal loss', head: softmax({ loss: focal({ gamma: 2, alpha: 0.25 }) }), ...oneOfThree },
  { what: 'softmax with a loss of its own', head: softmax({ loss: squares }), ...oneOfThree },
  { what: 'sigmoid', head: sigmoid(), ...atOnce },
  { what: 'sigmoid with the focal loss', head: sigmoid({ loss: focal({ gamma: 1.5, alpha: 0.3 }) }), ...atOnce },
  { what: 'sigmoid with a loss of its own', head: sigmoid({ loss: squares }), ...atOnce },
  { what: 'ordinal', head: ordinal(), ...inOrder },
  { what: 'ordinal of a task of classes', head: ordinal(), ...oneOfThree },
  { what: 'regression', head: regression(), ...twoNumbers },
  { what: 'regression with the absolute error', head: regression({ loss: 'mae' }), ...twoNumbers },
  { what: 'regression with the Huber loss', head: regression({ loss: 'huber' }), ...twoNumbers },
  {
    what: 'regression with a loss of its own',
    head: regression({ loss: (of, { outputs, target }) => of.pow(of.sub(outputs, target), 4) as Tensor2D }),
    ...twoNumbers,
  },
  {
    what: 'a direction, a head of its own',
    ...{ head: direction, task: { classes: 1, kind: 'numbers' }, labels: ['-30', '135'], answers: [[-30], [135]] },
  },
  {
    what: 'a count, a head of its own',
    ...{ head: count, task: { classes: 1, kind: 'numbers' }, labels: ['3', '0'], answers: [[3], [0]] },
  },
];

describe.each(CASES)('$what', ({ head, task: described, labels: [first, second], answers }) => {
  const task = { name: 'mine', head: head.name, ...described };
  /** Beside a task of another head, so that columns before and after must be left alone. */
  const tasks = [{ name: 'before', classes: 2 }, task, { name: 'later', classes: 2 }];
  const layout = headLayout(tasks, { mine: head });
  const [, mine] = layout.heads;
  if (mine === undefined) throw new Error('expected three heads');
  const { offset, columns } = mine;
  const end = offset + columns;
  const labelled = (text: string) => [{ task: 1, text, classIndex: 0 }];
  /** The third sample has no label of the task. */
  const labels: BatchLabels = [labelled(first), labelled(second), [{ task: 0, text: 'ny', classIndex: 1 }]];
  const { mean = [], deviation = [] } = described.fitted ?? {};
  const outputs = Array.from({ length: 3 }, (_, row) =>
    Array.from({ length: layout.totalColumns }, (__, column) => {
      const value = 0.2 + 0.13 * ((row + 2 * column) % 5);
      return value * (deviation[column - offset] ?? 1) + (mean[column - offset] ?? 0);
    }),
  );
  const targets = targetTensors(tf, layout, labels);
  const lossOf = (rows: readonly (readonly number[])[]) =>
    batchLoss(tf, layout)(Float32Array.from(rows.flat()), labels) / labels.length;
  const gradient = () =>
    tf
      .grad((x) => meanLoss(tf, layout, x as Tensor2D, targets))(tf.tensor2d(outputs))
      .arraySync() as number[][];

  test('learns the kind of the labels', () => {
    expect(head.kinds).toContain(described.kind ?? 'class');
  });

  test('decodes what it has encoded', () => {
    const rows = targets.target.arraySync();
    const decoded = [0, 1].map((row) => [...head.decode(Float32Array.from(rows[row]?.slice(offset, end) ?? []), task)]);
    for (const [row, answer] of answers.entries())
      for (const [at, value] of answer.entries()) expect(decoded[row]?.[at]).toBeCloseTo(value, 4);
    expect(decoded.map(({ length }) => length)).toEqual([described.classes, described.classes]);
  });

  test('leaves the columns of other heads, and those of samples without a label, at zero', () => {
    for (const tensor of [targets.target, targets.weight]) {
      const rows = tensor.arraySync();
      const others = rows.slice(0, 2).flatMap((row) => [...row.slice(0, offset), ...row.slice(end)]);
      expect([...others, ...(rows[2]?.slice(offset, end) ?? [])].filter((value) => value !== 0)).toEqual([]);
    }
  });

  test('has a loss whose gradient is the numerical one', () => {
    for (const [sample, row] of gradient().entries()) {
      for (const [column, found] of row.entries()) {
        const step = 1e-2 * (deviation[column - offset] ?? 1);
        const moved = (by: number) =>
          lossOf(outputs.map((each, at) => each.map((x, c) => (at === sample && c === column ? x + by : x))));
        expect(found * step).toBeCloseTo((moved(step) - moved(-step)) / 2, 4);
      }
    }
  });

  test('gets a gradient of exactly zero from a sample without a label', () => {
    const [one = [], other = [], without = []] = gradient();
    expect([...one, ...other].some((value) => value !== 0)).toBe(true);
    expect(without.slice(offset, end).filter((value) => value !== 0)).toEqual([]);
    expect([...one.slice(0, offset), ...one.slice(end)].filter((value) => value !== 0)).toEqual([]);
  });

  test('has a finite loss and gradient however wrong the outputs are', () => {
    const wrong = outputs.map((row) => row.map((_, column) => (column % 2 === 0 ? 0 : 1)));
    expect(Number.isFinite(lossOf(wrong))).toBe(true);
    const found = tf
      .grad((x) => meanLoss(tf, layout, x as Tensor2D, targets))(tf.tensor2d(wrong))
      .dataSync();
    expect([...found].every(Number.isFinite)).toBe(true);
  });

  test('counts as much as the weight says, by which mixup shares', () => {
    const share = tf.tensor2d([[0.25], [1], [1]]);
    const shared = { target: targets.target, weight: tf.mul(targets.weight, share) as Tensor2D };
    const of = (given: typeof targets) => meanLoss(tf, layout, tf.tensor2d(outputs), given).dataSync()[0] ?? Number.NaN;
    const alone = batchLoss(tf, layout)(Float32Array.from(outputs[0] ?? []), labels.slice(0, 1)) / 3;
    expect(of(shared)).toBeCloseTo(of(targets) - 0.75 * alone, 4);
  });

  test('adds layers with as many columns as it says, named after the task', () => {
    const architecture = { backbone: 'small-cnn', height: 32, width: 32, tasks };
    const model = buildClassifier(tf, architecture, { dropout: 0, seed: 1, heads: { mine: head } });
    expect(model.outputs[1]?.shape).toEqual([null, columns]);
    expect(model.getLayer('mine').getWeights()).toHaveLength(2);
    model.dispose();
  });

  test('has metrics that are best for the right answer', () => {
    for (const metric of Object.values(head.metrics)) {
      const right = metric(Float32Array.from(answers[0]), first, task);
      const wrong = metric(Float32Array.from(answers[1]), first, task);
      expect(Math.abs(right - wrong)).toBeGreaterThan(0);
      expect([0, 1]).toContain(Math.round(right * 1e4) / 1e4);
    }
  });

  test('leaks no tensor', async () => {
    await expectNoLeak(tf, () => lossOf(outputs));
  });
});

describe.each([
  ['softmax', softmax()],
  ['ordinal', ordinal()],
])('several %s heads side by side', (_, head) => {
  const tasks = [3, 2, 4].map((classes, index) => ({ name: `task_${index}`, head: head.name, classes }));
  const layout = headLayout(tasks);
  const labels: BatchLabels = [
    [
      { task: 0, text: 'nyn', classIndex: 1 },
      { task: 2, text: 'nnny', classIndex: 3 },
    ],
    [{ task: 1, text: 'yn', classIndex: 0 }],
  ];
  const outputs = Float32Array.from({ length: 2 * layout.totalColumns }, (__, at) => 0.1 + 0.07 * (at % 11));

  test('have together the sum of their losses', () => {
    const { jointLoss: ___, ...alone } = head;
    const heads = Object.fromEntries(tasks.map(({ name }) => [name, { ...alone }]));
    const together = batchLoss(tf, layout)(outputs, labels);
    expect(together).toBeCloseTo(batchLoss(tf, headLayout(tasks, heads))(outputs, labels), 5);
    expect(together).toBeGreaterThan(0);
  });
});
