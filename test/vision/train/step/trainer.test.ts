import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { executionModes } from '../../../../src/vision/train/step/execution-mode.ts';
import { predictedColumns } from '../../../../src/vision/train/step/forward.ts';
import type { ImageBatch, TrainingState } from '../../../../src/vision/train/step/trainer.ts';
import { distance, images, layout, type Options, positionOf, setUp, tf } from './small-trainer.ts';

const batch: ImageBatch = { images, taskOf: new Uint8Array(6), classOf: Uint8Array.of(0, 1, 2, 0, 1, 2) };

function digestOf({ weights, optimizer }: TrainingState): string {
  const hash = createHash('sha256');
  for (const values of [...weights, ...optimizer]) hash.update(values);
  return hash.digest('hex');
}

describe.each(executionModes)('a training step (%s)', (mode) => {
  test('reduces the loss of a batch to less than a third when it is repeated 12 times', async () => {
    const trainer = await setUp(mode);
    const losses = Array.from({ length: 12 }, (_, step) => trainer.step(batch, positionOf(step), 3e-3).loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 3);
    trainer.dispose();
  });

  test('returns the loss and the probabilities of each head before the update', async () => {
    const trainer = await setUp(mode);
    const { loss, probabilities } = trainer.step(batch, positionOf(0), 1e-3);
    expect(loss).toBeGreaterThan(0);
    expect(probabilities).toHaveLength(6 * 5);
    for (let row = 0; row < 6; row += 1) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = probabilities.subarray(row * 5);
      expect(a + b + c).toBeCloseTo(1, 5);
      expect(d + e).toBeCloseTo(1, 5);
    }
    for (const column of predictedColumns(probabilities, layout, batch.taskOf)) expect([0, 1, 2]).toContain(column);
    trainer.dispose();
  });

  test('changes every weight except those of heads without samples in the batch', async () => {
    const trainer = await setUp(mode);
    const before = trainer.state().weights;
    trainer.step(batch, positionOf(0), 1e-3);
    const after = trainer.state().weights;
    const unmoved = before.flatMap((values, index) => (String(values) === String(after[index]) ? [values.length] : []));
    // The kernel and the bias of `shade`.
    expect(unmoved).toEqual([104 * 2, 2]);
    trainer.dispose();
  });

  test('applies the learning rate factor of each layer, and does not change frozen layers', async () => {
    const moves = async (options: Options) => {
      const trainer = await setUp(mode, { optimizer: { name: 'sgd', momentum: 0, nesterov: false }, ...options });
      const before = trainer.state().weights;
      trainer.step(batch, positionOf(0), 1e-2);
      const after = trainer.state().weights;
      trainer.dispose();
      // The kernels of the stem and of the head `colour`, identified by their sizes.
      return [3 * 3 * 3 * 24, 104 * 3].map((size) => {
        const index = before.findIndex(({ length }) => length === size);
        return distance([before[index] ?? Float32Array.of()], [after[index] ?? Float32Array.of()]);
      });
    };
    const [[stem = 0, head = 0], slower, frozen] = [
      await moves({}),
      await moves({ factors: { backbone: 0.1 } }),
      await moves({ freeze: 'stem_relu' }),
    ];
    expect([slower[0], slower[1]]).toEqual([expect.closeTo(stem * 0.1, 5), expect.closeTo(head, 5)]);
    expect(frozen[0]).toBe(0);
  });

  test('includes the L2 penalty in the loss', async () => {
    const lossWith = async (l2: number) => {
      const trainer = await setUp(mode, { l2 });
      const { loss } = trainer.step(batch, positionOf(0), 1e-3);
      trainer.dispose();
      return loss;
    };
    const [free, once, twice] = [await lossWith(0), await lossWith(1e-3), await lossWith(2e-3)];
    expect(once).toBeGreaterThan(free);
    expect(twice - free).toBeCloseTo(2 * (once - free), 4);
  });

  test('gives bit-identical weights for the same weights, batch, seed and step', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const trainer of [one, other]) {
      for (const step of [0, 1]) trainer.step(batch, positionOf(step), 1e-3);
    }
    expect(digestOf(other.state())).toBe(digestOf(one.state()));
    for (const trainer of [one, other]) trainer.dispose();
  });

  test('continues from a restored state with the same results', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const step of [0, 1]) one.step(batch, positionOf(step), 1e-3);
    const state = one.state();
    const taken = digestOf(state);
    one.step(batch, positionOf(2), 1e-3);
    other.restore(state);
    other.step(batch, positionOf(2), 1e-3);
    expect(digestOf(other.state())).toBe(digestOf(one.state()));
    expect(digestOf(state)).toBe(taken);
    for (const trainer of [one, other]) trainer.dispose();
  });

  test('uses other random numbers in each step, so the same batch gives another loss', async () => {
    const trainer = await setUp(mode);
    const start = trainer.state();
    const first = trainer.step(batch, positionOf(0), 1e-3).loss;
    trainer.restore(start);
    expect(trainer.step(batch, positionOf(1), 1e-3).loss).not.toBe(first);
    trainer.dispose();
  });

  test('affects subsequent predictions', async () => {
    const trainer = await setUp(mode);
    const before = trainer.probabilities(images, 6);
    trainer.step(batch, positionOf(0), 1e-2);
    expect(trainer.probabilities(images, 6)).not.toEqual(before);
    trainer.dispose();
  });

  test('leaks no tensor', async () => {
    const trainer = await setUp(mode);
    trainer.step(batch, positionOf(0), 1e-3);
    const before = tf.memory().numTensors;
    trainer.step(batch, positionOf(1), 1e-3);
    trainer.probabilities(images, 6);
    trainer.restore(trainer.state());
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });
});
