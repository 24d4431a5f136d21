import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { layerScaleClass } from '../../../../src/vision/models/layers/layer-scale.ts';
import { l2Penalty } from '../../../../src/vision/train/step/l2-penalty.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const LayerScale = layerScaleClass(tf);

test('LayerScale multiplies each channel by a factor of its own, which is trained', () => {
  const layer = new LayerScale({ name: 'scale', initialScale: 0.5 });
  const x = tf.ones([2, 3, 3, 2]);
  expect(new Set((layer.apply(x) as Tensor).dataSync())).toEqual(new Set([0.5]));
  layer.setWeights([tf.tensor1d([2, 3])]);
  expect([...(layer.apply(x) as Tensor).dataSync()].slice(0, 4)).toEqual([2, 3, 2, 3]);
  const gamma = layer.trainableWeights[0]?.read() as Variable;
  const { grads } = tf.variableGrads(() => tf.sum(layer.apply(x) as Tensor), [gamma]);
  expect([...(grads[gamma.name]?.dataSync() ?? [])]).toEqual([18, 18]);
});

test('the factors of LayerScale are not part of the L2 penalty', () => {
  const input = tf.input({ shape: [1, 1, 2] });
  const outputs = new LayerScale({ name: 'scale', initialScale: 0.5 }).apply(input) as typeof input;
  expect(l2Penalty(tf, tf.model({ inputs: input, outputs }), 1).dataSync()[0]).toBe(0);
});
