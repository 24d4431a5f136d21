import { describe, expect, test } from 'vitest';
import type { Optimizer } from '../../../../src/vision/train/optimizers/optimizer.ts';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import { executionModes } from '../../../../src/vision/train/step/execution-mode.ts';
import { close, GRADIENTS, updatesOf, weightsAfter } from './one-weight.ts';

/** Keras' Adamax(0.01). */
const ADAMAX = [
  [0.9900100231170654, -2.009999990463257, 3.009999990463257],
  [0.9800200462341309, -2.0199999809265137, 3.0173757076263428],
  [0.9700300693511963, -2.0299999713897705, 3.0220344066619873],
  [0.9693921208381653, -2.03645396232605, 3.021324872970581],
];

describe.each(executionModes)('an optimizer of the user (%s)', (mode) => {
  test('computes the updates that its function of tensors says', async () => {
    /** Adamax, with its bias correction from the number of the update. */
    const adamax: Optimizer = {
      name: 'adamax',
      slots: 2,
      update({ tf, weight, gradient, slots: [m = gradient, u = gradient], learningRate, update }) {
        const first = tf.add(tf.mul(m, 0.9), tf.mul(gradient, 0.1));
        const norm = tf.maximum(tf.mul(u, 0.999), tf.abs(gradient));
        const rate = tf.div(learningRate, tf.sub(1, tf.pow(0.9, update)));
        return { weight: tf.sub(weight, tf.div(tf.mul(first, rate), tf.add(norm, 1e-7))), slots: [first, norm] };
      },
    };
    const subject = await updatesOf(mode, { optimizer: adamax });
    expect(await weightsAfter(subject, 1)).toEqual(close(ADAMAX));
  });

  test.each<[string, Partial<Optimizer>, string]>([
    ['nothing', { update: () => undefined as never }, 'returned undefined, expected { weight, slots }'],
    [
      'too few slots',
      { slots: 1, update: ({ weight }) => ({ weight, slots: [] }) },
      'returned 0 slots, but declares 1',
    ],
    [
      'a weight of another shape',
      { update: ({ tf, weight }) => ({ weight: tf.sum(weight), slots: [] }) },
      'returned a weight of float32 [], expected float32 [3]',
    ],
    ['a number', { update: () => ({ weight: 3 as never, slots: [] }) }, 'returned a weight of 3, expected float32 [3]'],
  ])('is refused if it returns %s', async (_, given, expected) => {
    const optimizer = { name: 'mine', slots: 0, ...given } as Optimizer;
    const run = async () => (await updatesOf(mode, { optimizer })).step(GRADIENTS[0] ?? [], { updates: 0 });
    await expect(run()).rejects.toThrow(`optimizer "mine" ${expected}`);
  });
});

test('an optimizer that is made from a built-in one computes what its own update says, also in a graph', async () => {
  const optimizer: Optimizer = { ...sgd(), update: ({ tf, weight }) => ({ weight: tf.zerosLike(weight), slots: [] }) };
  const subject = await updatesOf('graph', { optimizer });
  await subject.step([1, 1, 1], { updates: 0 });
  expect(await subject.weight()).toEqual([0, 0, 0]);
});
