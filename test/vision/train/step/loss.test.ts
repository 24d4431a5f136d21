import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { headLayout } from '../../../../src/vision/heads/head-layout.ts';
import { meanLoss } from '../../../../src/vision/train/step/loss.ts';
import { targetTensors } from '../../../../src/vision/train/step/target-tensors.ts';
import { classLabels } from '../../../support/class-labels.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

/** Two heads, with three and two classes. */
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'shade', classes: 2 },
];
const layout = headLayout(tasks);

/** Three samples: class 2 of the first head, class 0 of the second, class 1 of the first. */
const labels = [
  [0, 2],
  [1, 0],
  [0, 1],
] as const;
const targets = targetTensors(tf, layout, classLabels(tasks, labels));

const probabilities = [
  [0.2, 0.3, 0.5, 0.6, 0.4],
  [0.1, 0.8, 0.1, 0.25, 0.75],
  [0.7, 0.1, 0.2, 0.5, 0.5],
];

/**
 * The definition, head by head: the predictions of each divided by their sum and clipped, −Σ t·log p for each sample,
 * the mean over the whole batch; the heads' losses summed. A head's targets are zero for samples without its task.
 */
function writtenOut(rows: readonly (readonly number[])[]): number {
  let loss = 0;
  for (const [task, begin, end] of [
    [0, 0, 3],
    [1, 3, 5],
  ] as const) {
    for (const [sample, row] of rows.entries()) {
      const head = row.slice(begin, end);
      const sum = head.reduce((total, p) => total + p, 0);
      for (const [index, p] of head.entries()) {
        const target = labels[sample]?.[0] === task && labels[sample]?.[1] === index ? 1 : 0;
        loss -= (target * Math.log(Math.min(Math.max(p / sum, 1e-7), 1 - 1e-7))) / rows.length;
      }
    }
  }
  return loss;
}

const lossOf = (rows: number[][]): number =>
  meanLoss(tf, layout, tf.tensor2d(rows), targets).dataSync()[0] ?? Number.NaN;
const gradientOf = (rows: number[][]): number[][] => {
  const gradient = tf.grad((p) => meanLoss(tf, layout, p as Tensor2D, targets))(tf.tensor2d(rows));
  return gradient.arraySync() as number[][];
};

describe('the loss', () => {
  test('is the cross-entropy of each head over the whole batch, summed over the heads', () => {
    expect(lossOf(probabilities)).toBeCloseTo((-Math.log(0.5) - Math.log(0.25) - Math.log(0.1)) / 3, 6);
    expect(lossOf(probabilities)).toBeCloseTo(writtenOut(probabilities), 6);
  });

  test('divides predictions by their sum', () => {
    const halved = probabilities.map((row) => row.map((p) => p / 2));
    expect(lossOf(halved)).toBeCloseTo(writtenOut(probabilities), 6);
  });

  test('is finite when the true class has a probability of 0', () => {
    const ruledOut = [[0.5, 0.5, 0, 0.5, 0.5], ...probabilities.slice(1)];
    expect(lossOf(ruledOut)).toBeCloseTo(writtenOut(ruledOut), 5);
  });
});

describe('the gradient of the loss', () => {
  test('is the numerical gradient of the definition', () => {
    const gradient = gradientOf(probabilities);
    const step = 1e-5;
    for (const [sample, row] of probabilities.entries()) {
      for (const column of row.keys()) {
        const moved = (by: number) =>
          probabilities.map((values, index) =>
            index === sample ? values.map((p, at) => (at === column ? p + by : p)) : values,
          );
        const numerical = (writtenOut(moved(step)) - writtenOut(moved(-step))) / (2 * step);
        expect(gradient[sample]?.[column]).toBeCloseTo(numerical, 4);
      }
    }
  });

  test('is exactly zero for a head on a sample that does not have its task', () => {
    const [first = [], second = [], third = []] = gradientOf(probabilities);
    const elsewhere = [...first.slice(3), ...second.slice(0, 3), ...third.slice(3)];
    expect(elsewhere).toHaveLength(7);
    expect(elsewhere.filter((value) => value !== 0)).toEqual([]);
  });

  test('is zero for the bias of a head without samples in the batch', () => {
    // Keras' kernel on logits gives p here: its gradient is p − t even if t does not sum to 1.
    const bias = tf.tensor1d([0.3, 0.3, -0.2, 0.5, 0]);
    const onlyFirstHead = targetTensors(tf, layout, classLabels(tasks, [[0, 1]]));
    const gradient = tf.grad((logits) => {
      const [first, second] = tf.split(logits.reshape([1, 5]), [3, 2], 1);
      const p = tf.concat([tf.softmax(first ?? logits), tf.softmax(second ?? logits)], 1) as Tensor2D;
      return meanLoss(tf, layout, p, onlyFirstHead);
    })(bias);
    const [a, b, c, ...second] = gradient.dataSync();
    expect([a, b, c].every((value) => value !== 0)).toBe(true);
    expect([...second].filter((value) => value !== 0)).toEqual([]);
  });
});
