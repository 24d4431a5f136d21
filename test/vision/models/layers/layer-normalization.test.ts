import type { layers, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { layerNormalizationClass } from '../../../../src/vision/models/layers/layer-normalization.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const LayerNormalization = layerNormalizationClass(tf);

const x = tf.randomNormal([2, 3, 4, 16], 5, 2, 'float32', 1);
const direction = tf.randomNormal([2, 3, 4, 16], 0, 1, 'float32', 2);

/** Gives a layer weights that differ from the initial ones and zeros. */
function varied<Layer extends layers.Layer>(layer: Layer): Layer {
  layer.apply(x);
  layer.setWeights([tf.randomUniform([16], 0.5, 1.5, 'float32', 3), tf.randomUniform([16], -1, 1, 'float32', 4)]);
  return layer;
}

/** Returns the gradients of input, gamma and beta along `direction`, one after the other. */
function gradientsOf(layer: layers.Layer): number[] {
  const input = tf.variable(x);
  const weights = layer.weights.map((weight) => weight.read() as Variable);
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(layer.apply(input) as Tensor, direction)),
    [input, ...weights],
  );
  return [input, ...weights].flatMap(({ name }) => [...(grads[name]?.dataSync() ?? [])]);
}

const ours = varied(new LayerNormalization({ name: 'ours', epsilon: 1e-6 }));
const own = varied(tf.layers.layerNormalization({ name: 'own', axis: -1, epsilon: 1e-6 }));

test("LayerNormalization has the outputs of TensorFlow.js' own layer", () => {
  const difference = tf.max(tf.abs(tf.sub(ours.apply(x) as Tensor, own.apply(x) as Tensor))).dataSync()[0];
  expect(difference).toBeLessThan(1e-6);
});

test('LayerNormalization has the gradients that TensorFlow.js derives for its own layer', () => {
  const [found, expected] = [gradientsOf(ours), gradientsOf(own)];
  expect(found).toHaveLength(x.size + 32);
  expect(found.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))).every((error) => error < 1e-4)).toBe(
    true,
  );
});

test('LayerNormalization normalizes pooled features, too', () => {
  const pooled = tf.mean(x, [1, 2]);
  const normalized = new LayerNormalization({ name: 'pooled', epsilon: 1e-6 }).apply(pooled) as Tensor;
  expect(normalized.shape).toEqual([2, 16]);
  for (const mean of normalized.mean(-1).dataSync()) expect(mean).toBeCloseTo(0, 5);
  for (const variance of normalized.square().mean(-1).dataSync()) expect(variance).toBeCloseTo(1, 4);
});

test("LayerNormalization has a config that TensorFlow.js' own layer takes", () => {
  const again = tf.layers.layerNormalization(ours.getConfig() as Parameters<typeof tf.layers.layerNormalization>[0]);
  expect(again.getConfig()).toMatchObject({ name: 'ours', epsilon: 1e-6, center: true, scale: true });
  expect(again.getClassName()).toBe(ours.getClassName());
});
