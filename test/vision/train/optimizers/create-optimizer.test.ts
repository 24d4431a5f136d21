import { describe, expect, test } from 'vitest';
import { createOptimizer, optimizerRate } from '../../../../src/vision/train/optimizers/create-optimizer.ts';
import type { OptimizerOptions } from '../../../../src/vision/train/optimizers/optimizer.ts';
import { expectNoLeak, tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const start = [1, -2, 3];
const gradients = [
  [1e-4, 0.5, -2],
  [1e-4, 0.5, -1],
  [1e-4, 0.5, 0],
];
const learningRate = 0.01;

/** Returns the weights after each of the three gradients. */
function steps(options: OptimizerOptions): number[][] {
  const optimizer = createOptimizer(tf, options, start.length);
  let weights = tf.tensor1d(start);
  const history = gradients.map((gradient, updates) => {
    const rate = optimizerRate(options, learningRate, updates);
    weights = optimizer.update(weights, tf.tensor1d(gradient), rate);
    return [...weights.dataSync()];
  });
  optimizer.dispose();
  return history;
}

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual).toEqual(expected.map((row) => row.map((value) => expect.closeTo(value, 6))));
}

describe('Adam', () => {
  test('has the bias correction in the learning rate, and adds epsilon to the uncorrected square root', () => {
    const [m, v, w] = [start.map(() => 0), start.map(() => 0), [...start]];
    const expected = gradients.map((gradient, index) => {
      const t = index + 1;
      const rate = (learningRate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      for (const [i, g] of gradient.entries()) {
        m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g;
        v[i] = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
        w[i] = (w[i] ?? 0) - (rate * m[i]) / (Math.sqrt(v[i]) + 1e-7);
      }
      return [...w];
    });
    expectClose(steps({ name: 'adam' }), expected);
  });

  test('computes the updates of Keras 3.15 on TensorFlow 2.21', () => {
    expectClose(steps({ name: 'adam' }), [
      [0.9903066158294678, -2.0099997520446777, 3.009999990463257],
      [0.9805254936218262, -2.0199995040893555, 3.0193216800689697],
      [0.9707049131393433, -2.0299994945526123, 3.0265274047851562],
    ]);
  });
});

describe('SGD', () => {
  test('without momentum subtracts the gradient times the learning rate', () => {
    const [first] = steps({ name: 'sgd', momentum: 0, nesterov: false });
    expectClose([first ?? []], [[1 - 1e-6, -2.005, 3.02]]);
  });

  test('with momentum computes the updates of Keras', () => {
    expectClose(steps({ name: 'sgd', momentum: 0.9, nesterov: false }).slice(-1), [
      [0.9999943971633911, -2.028050184249878, 3.073199987411499],
    ]);
  });

  test('with Nesterov momentum computes the updates of Keras', () => {
    expectClose(steps({ name: 'sgd', momentum: 0.9, nesterov: true }).slice(-1), [
      [0.9999919533729553, -2.0402450561523438, 3.0958802700042725],
    ]);
  });
});

test.each<OptimizerOptions>([{ name: 'adam' }, { name: 'sgd', momentum: 0.9, nesterov: true }])(
  '$name leaks no tensor',
  async (options) => {
    await expectNoLeak(tf, () => tf.tidy(() => void steps(options)));
  },
);
