import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { batchNormalizationClass } from '../../../../src/vision/models/layers/batch-normalization.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const BatchNormalization = batchNormalizationClass(tf);

/** Eight values of one channel: mean 2, biased variance 7.5. */
const x = tf.tensor4d([1, 4, -2, 0, 3, 5, -1, 6], [2, 2, 2, 1]);
const closeTo = (expected: number) => expect.closeTo(expected, 5);

function weights(layer: InstanceType<typeof BatchNormalization>): Record<string, number> {
  const named = layer.weights.map(({ originalName }, index) => {
    const [value = Number.NaN] = layer.getWeights()[index]?.dataSync() ?? [];
    return [originalName.split('/').at(-1) ?? '', value];
  });
  return Object.fromEntries(named);
}

test('BatchNormalization updates its moving averages in training as Keras 3 does', () => {
  const layer = new BatchNormalization({ name: 'bn', momentum: 0.9 });
  layer.apply(x, { training: true });
  // Keras 3.15 on TensorFlow 2.21 gives 0.2 and 1.65: it averages the biased variance.
  expect(weights(layer)).toEqual({ gamma: 1, beta: 0, moving_mean: closeTo(0.2), moving_variance: closeTo(1.65) });
});

test('BatchNormalization normalizes by its moving averages in inference and does not change them', () => {
  const layer = new BatchNormalization({ name: 'bn', momentum: 0.9, epsilon: 1e-3 });
  layer.apply(x, { training: true });
  const before = weights(layer);
  const [first] = (layer.apply(x) as Tensor4D).dataSync();
  expect(first).toBeCloseTo((1 - 0.2) / Math.sqrt(1.65 + 1e-3), 5);
  expect(weights(layer)).toEqual(before);
});

test('BatchNormalization trains with scale: false, as used in InceptionResNetV2', () => {
  const layer = new BatchNormalization({ name: 'bn', scale: false });
  const gradient = tf.grad((x) => tf.sum(tf.square(layer.apply(x, { training: true }) as Tensor4D)))(x);
  expect(gradient.shape).toEqual(x.shape);
  expect(Object.keys(weights(layer))).toEqual(['beta', 'moving_mean', 'moving_variance']);
});

test('BatchNormalization trains with center: false', () => {
  const layer = new BatchNormalization({ name: 'bn', center: false });
  expect((layer.apply(x, { training: true }) as Tensor4D).shape).toEqual(x.shape);
  expect(Object.keys(weights(layer))).toEqual(['gamma', 'moving_mean', 'moving_variance']);
});

test("BatchNormalization has the weight names and a config of TensorFlow.js' own layer", () => {
  const config = new BatchNormalization({ name: 'bn', momentum: 0.9, scale: false }).getConfig();
  const own = tf.layers.batchNormalization(config as Parameters<typeof tf.layers.batchNormalization>[0]);
  expect(own.getConfig()).toMatchObject({ name: 'bn', momentum: 0.9, epsilon: 1e-3, center: true, scale: false });
  expect(own.getClassName()).toBe(BatchNormalization.className);
});
