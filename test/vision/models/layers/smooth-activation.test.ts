import type { layers, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { smoothActivationClass } from '../../../../src/vision/models/layers/smooth-activation.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const SmoothActivation = smoothActivationClass(tf);

/** From where the functions are flat to where they are steep, and 0. */
const x = tf.linspace(-8, 8, 161);

describe.each(['swish', 'gelu'] as const)('the activation %s', (activation) => {
  const ours = new SmoothActivation({ name: 'ours', activation });
  const own = tf.layers.activation({ name: 'own', activation });
  const gradientOf = (layer: layers.Layer) => [
    ...tf
      .grad((input) => tf.sum(tf.mul(layer.apply(input) as Tensor, 3)))(x)
      .dataSync(),
  ];

  test("has exactly the outputs of TensorFlow.js' own layer", () => {
    expect((ours.apply(x) as Tensor).dataSync()).toEqual((own.apply(x) as Tensor).dataSync());
  });

  test('has the gradient that TensorFlow.js derives for its own layer', () => {
    const expected = gradientOf(own);
    expect(Math.max(...expected)).toBeGreaterThan(3);
    for (const [at, value] of gradientOf(ours).entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 5);
  });

  test("has class name and config of TensorFlow.js' own layer", () => {
    expect(ours.getClassName()).toBe(own.getClassName());
    expect(ours.getConfig()).toMatchObject({ name: 'ours', activation });
  });
});
