import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { dropoutClass } from '../../../../src/vision/models/layers/dropout.ts';
import { LayerFactory } from '../../../../src/vision/models/layers/layer-factory.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const Dropout = dropoutClass(tf);

const x = tf.ones([100, 100]);
const trained = (rate: number, seed: number, step: number): number[] => {
  const key = tf.tensor1d([seed, step], 'int32');
  return [...(new Dropout({ name: 'dropout', rate }).apply(x, { training: true, key }) as Tensor).dataSync()];
};
const share = (values: readonly number[], wanted: number) =>
  values.filter((value) => value === wanted).length / values.length;

test('Dropout drops the given fraction in training and scales up the kept values', () => {
  const values = trained(0.75, 2018, 1);
  expect(new Set(values)).toEqual(new Set([0, 4]));
  expect(share(values, 0)).toBeCloseTo(0.75, 1);
});

test('the mask of Dropout depends on seed and step', () => {
  expect(trained(0.5, 2018, 1)).toEqual(trained(0.5, 2018, 1));
  expect(trained(0.5, 2018, 2)).not.toEqual(trained(0.5, 2018, 1));
  expect(trained(0.5, 2019, 1)).not.toEqual(trained(0.5, 2018, 1));
});

test('two Dropout layers of a model have different masks, even for inputs of one shape', () => {
  const layers = new LayerFactory(tf, 1);
  const input = tf.input({ shape: [100] });
  const outputs = ['one', 'other'].map((name) => layers.dropout(input, { name, rate: 0.5 }));
  const model = tf.model({ inputs: input, outputs });
  const call = { training: true, key: tf.tensor1d([2018, 1], 'int32') };
  const [one, other] = (model.apply(x, call) as Tensor[]).map((output) => [...output.dataSync()]);
  expect(share(one ?? [], 0)).toBeCloseTo(0.5, 1);
  expect(share(other ?? [], 0)).toBeCloseTo(0.5, 1);
  const same = one?.filter((value, at) => value === other?.[at]).length ?? 0;
  expect(same / (one?.length ?? 1)).toBeCloseTo(0.5, 1);
});

test('Dropout with the noise shape [null, 1, 1, 1] keeps or drops whole samples, as stochastic depth', () => {
  const layer = new Dropout({ name: 'drop', rate: 0.25, noiseShape: [null, 1, 1, 1] });
  const call = { training: true, key: tf.tensor1d([2018, 1], 'int32') };
  const samples = (layer.apply(tf.ones([400, 2, 2, 3]), call) as Tensor).reshape([400, 12]);
  const [least, most] = [samples.min(1).dataSync(), samples.max(1).dataSync()];
  expect(least).toEqual(most);
  expect(new Set([...least].map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.3333']));
  expect(share([...least], 0)).toBeCloseTo(0.25, 1);
  expect(layer.getConfig()).toMatchObject({ rate: 0.25, noiseShape: [null, 1, 1, 1] });
});

test('Dropout with a rate of 0 drops nothing', () => {
  expect(share(trained(0, 2018, 1), 1)).toBe(1);
});

test('Dropout drops nothing in inference', () => {
  const values = (new Dropout({ name: 'dropout', rate: 0.5 }).apply(x) as Tensor).dataSync();
  expect(share([...values], 1)).toBe(1);
});

test('Dropout throws when it is trained without a key', () => {
  const layer = new Dropout({ name: 'dropout', rate: 0.5 });
  expect(() => layer.apply(x, { training: true })).toThrow('The layer "dropout" needs the argument key in training.');
});
