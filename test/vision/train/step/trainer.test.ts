import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import { executionModes } from '../../../../src/vision/train/step/execution-mode.ts';
import type { ImageBatch, TrainingState } from '../../../../src/vision/train/step/trainer.ts';
import {
  distance,
  IMAGE,
  images,
  labelsOf,
  modelOf,
  type Options,
  positionOf,
  SIZE,
  setUp,
  tf,
} from './small-trainer.ts';

const batch: ImageBatch = { images, labels: labelsOf([0, 1, 2, 0, 1, 2].map((classIndex) => [0, classIndex])) };

function digestOf({ weights, optimizer }: TrainingState): string {
  const hash = createHash('sha256');
  for (const values of [...weights, ...optimizer]) hash.update(values);
  return hash.digest('hex');
}

describe.each(executionModes)('a training step (%s)', (mode) => {
  test('reduces the loss of a batch to less than a third when it is repeated 12 times', async () => {
    const trainer = await setUp(mode);
    const losses: number[] = [];
    for (let step = 0; step < 12; step += 1) losses.push((await trainer.step(batch, positionOf(step), 3e-3)).loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 3);
    await trainer.dispose();
  });

  test('returns the loss and the outputs of each head before the update', async () => {
    const trainer = await setUp(mode);
    const { loss, outputs } = await trainer.step(batch, positionOf(0), 1e-3);
    expect(loss).toBeGreaterThan(0);
    expect(outputs).toHaveLength(6 * 5);
    for (let row = 0; row < 6; row += 1) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = outputs.subarray(row * 5);
      expect(a + b + c).toBeCloseTo(1, 5);
      expect(d + e).toBeCloseTo(1, 5);
    }
    await trainer.dispose();
  });

  test('changes every weight except those of heads without samples in the batch', async () => {
    const trainer = await setUp(mode);
    const before = (await trainer.state()).weights;
    await trainer.step(batch, positionOf(0), 1e-3);
    const after = (await trainer.state()).weights;
    const unmoved = before.flatMap((values, index) => (String(values) === String(after[index]) ? [values.length] : []));
    // The kernel and the bias of `shade`.
    expect(unmoved).toEqual([104 * 2, 2]);
    await trainer.dispose();
  });

  test('applies the learning rate factor of each layer, and does not change frozen layers', async () => {
    const moves = async (options: Options) => {
      const trainer = await setUp(mode, { optimizer: sgd(), ...options });
      const before = (await trainer.state()).weights;
      await trainer.step(batch, positionOf(0), 1e-2);
      const after = (await trainer.state()).weights;
      await trainer.dispose();
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

  test('accumulates the gradients of small batches to those of a large one if batch normalization is frozen', async () => {
    const moves = async (parts: readonly (readonly [from: number, to: number])[], options: Options) => {
      const model = modelOf(SIZE, 0);
      for (const layer of model.layers) layer.trainable = layer.getClassName() !== 'BatchNormalization';
      const trainer = await setUp(mode, {
        ...options,
        model,
        augmentations: [],
        optimizer: sgd(),
        clip: { globalNorm: 1 },
      });
      const before = (await trainer.state()).weights;
      for (const [index, [from, to]] of parts.entries()) {
        const part = { images: images.subarray(from * IMAGE, to * IMAGE), labels: batch.labels.slice(from, to) };
        const group = { share: (to - from) / 6, isLast: index === parts.length - 1 };
        await trainer.step(part, { ...positionOf(0), group }, 1e-2);
      }
      const after = (await trainer.state()).weights;
      await trainer.dispose();
      return { before, after };
    };
    const whole = await moves([[0, 6]], {});
    const small = await moves(
      [
        [0, 4],
        [4, 6],
      ],
      { accumulate: 2, batchSizes: { training: [4, 2], prediction: 1 } },
    );
    expect(distance(small.after, whole.after) / distance(whole.after, whole.before)).toBeLessThan(1e-3);
  });

  test('includes the L2 penalty in the loss', async () => {
    const lossWith = async (l2: number) => {
      const trainer = await setUp(mode, { l2 });
      const { loss } = await trainer.step(batch, positionOf(0), 1e-3);
      await trainer.dispose();
      return loss;
    };
    const [free, once, twice] = [await lossWith(0), await lossWith(1e-3), await lossWith(2e-3)];
    expect(once).toBeGreaterThan(free);
    expect(twice - free).toBeCloseTo(2 * (once - free), 4);
  });

  test('gives bit-identical weights for the same weights, batch, seed and step', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const trainer of [one, other]) {
      for (const step of [0, 1]) await trainer.step(batch, positionOf(step), 1e-3);
    }
    expect(digestOf(await other.state())).toBe(digestOf(await one.state()));
    for (const trainer of [one, other]) await trainer.dispose();
  });

  test('continues from a restored state with the same results', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const step of [0, 1]) await one.step(batch, positionOf(step), 1e-3);
    const state = await one.state();
    const taken = digestOf(state);
    await one.step(batch, positionOf(2), 1e-3);
    await other.restore(state);
    await other.step(batch, positionOf(2), 1e-3);
    expect(digestOf(await other.state())).toBe(digestOf(await one.state()));
    expect(digestOf(state)).toBe(taken);
    for (const trainer of [one, other]) await trainer.dispose();
  });

  test('uses other random numbers in each step, so the same batch gives another loss', async () => {
    const trainer = await setUp(mode);
    const start = await trainer.state();
    const first = (await trainer.step(batch, positionOf(0), 1e-3)).loss;
    await trainer.restore(start);
    expect((await trainer.step(batch, positionOf(1), 1e-3)).loss).not.toBe(first);
    await trainer.dispose();
  });

  test('affects subsequent predictions', async () => {
    const trainer = await setUp(mode);
    const before = await trainer.predict(images, 6);
    await trainer.step(batch, positionOf(0), 1e-2);
    expect(await trainer.predict(images, 6)).not.toEqual(before);
    await trainer.dispose();
  });

  test('leaks no tensor', async () => {
    const trainer = await setUp(mode);
    await trainer.step(batch, positionOf(0), 1e-3);
    const before = tf.memory().numTensors;
    await trainer.step(batch, positionOf(1), 1e-3);
    await trainer.predict(images, 6);
    await trainer.restore(await trainer.state());
    expect(tf.memory().numTensors).toBe(before);
    await trainer.dispose();
  });
});

test('however many ops run at once, a training of several steps gives the same bytes', async () => {
  const digests = new Set<string>();
  for (const interOpThreads of [1, 2, 4, 8]) {
    const trainer = await setUp('graph', { session: { interOpThreads } });
    for (const step of [0, 1, 2, 3]) await trainer.step(batch, positionOf(step), 1e-3);
    digests.add(digestOf(await trainer.state()));
    await trainer.dispose();
  }
  expect(digests.size).toBe(1);
});
