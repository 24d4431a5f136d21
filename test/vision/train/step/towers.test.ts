import { describe, expect, test } from 'vitest';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import type { ImageBatch } from '../../../../src/vision/train/step/trainer.ts';
import { distance, IMAGE, images, labelsOf, modelOf, positionOf, SIZE, setUp } from './small-trainer.ts';

describe('two towers', () => {
  const two = ['/device:CPU:0', '/device:CPU:0'];
  const five: ImageBatch = {
    images: images.subarray(0, 5 * IMAGE),
    labels: labelsOf([
      [0, 0],
      [1, 1],
      [0, 2],
      [1, 0],
      [0, 1],
    ]),
  };
  const more = { optimizer: sgd({ momentum: 0.9 }), batchSizes: { training: [5], prediction: 1 } };

  test('compute the same steps as one device with the whole batch if batch normalization is frozen', async () => {
    const run = async (devices: readonly string[]) => {
      const model = modelOf(SIZE);
      for (const layer of model.layers) layer.trainable = layer.getClassName() !== 'BatchNormalization';
      const trainer = await setUp('graph', { ...more, model, devices, clip: { globalNorm: 1 } });
      const losses: number[] = [];
      for (let step = 0; step < 10; step += 1) losses.push((await trainer.step(five, positionOf(step), 1e-2)).loss);
      const { weights } = await trainer.state();
      await trainer.dispose();
      return { losses, weights };
    };
    const [one, both] = [await run(['']), await run(two)];
    for (const [step, loss] of both.losses.entries()) {
      expect(Math.abs(loss / (one.losses[step] ?? 0) - 1), `step ${step}`).toBeLessThan(1e-5);
    }
    expect(one.losses[9]).not.toBe(one.losses[0]);
    const zeros = one.weights.map((values) => new Float32Array(values.length));
    expect(distance(one.weights, both.weights) / distance(one.weights, zeros)).toBeLessThan(1e-5);
  });

  test('normalize each slice by its own statistics, and average the moving averages', async () => {
    const [graph, eager] = [
      await setUp('graph', { ...more, devices: two }),
      await setUp('eager', { ...more, devices: two }),
    ];
    const before = (await graph.state()).weights;
    for (const trainer of [graph, eager]) await trainer.step(five, positionOf(0), 1e-2);
    const [one, other] = [(await graph.state()).weights, (await eager.state()).weights];
    expect(distance(one, other) / distance(one, before)).toBeLessThan(1e-4);
    for (const trainer of [graph, eager]) await trainer.dispose();
  });
});
