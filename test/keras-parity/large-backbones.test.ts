import { describe, expect, test } from 'vitest';
import { headLayout } from '../../src/vision/heads/head-layout.ts';
import { createEagerPredictor, createPredictor } from '../../src/vision/predict/predictor.ts';
import { affine } from '../../src/vision/train/augmentations/affine.ts';
import { adam } from '../../src/vision/train/optimizers/adam.ts';
import { createTrainer } from '../../src/vision/train/step/create-trainer.ts';
import type { ExecutionMode } from '../../src/vision/train/step/execution-mode.ts';
import { classLabels } from '../support/class-labels.ts';
import { tensorFlow } from '../support/tensorflow.ts';
import { VARIED_TASKS, variedImages, variedModel } from '../support/varied-model.ts';

// These tests do not use Keras. They are here because they are slow.
const tf = await tensorFlow();

const BATCH = 4;
const STEPS = 4;

describe.each([
  ['inception-resnet-v2', 107],
  ['nasnet-large', 64],
  ['efficientnet-v2-b0', 64],
  ['convnext-tiny', 64],
] as const)('%s', (backbone, size) => {
  const images = variedImages(BATCH, size);
  const image = { height: size, width: size };

  test('gives the same predictions as a graph and op by op', async () => {
    const model = variedModel(tf, backbone, size);
    const predictor = await createPredictor(tf, 'graph', model, { ...image, batchSize: BATCH });
    const expected = await createEagerPredictor(tf, model, image).predict(images, BATCH);
    const predicted = await predictor.predict(images, BATCH);
    expect(predicted).toHaveLength(expected.length);
    for (const [at, value] of predicted.entries()) expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(1e-5);
    await predictor.dispose();
    model.dispose();
  });

  test('has the same training losses as a graph and op by op', async () => {
    const losses = async (mode: ExecutionMode) => {
      const model = variedModel(tf, backbone, size);
      const trainer = await createTrainer(tf, mode, {
        ...{ ...image, model, layout: headLayout(VARIED_TASKS), optimizer: adam() },
        augmentations: [affine()],
        batchSizes: { training: [BATCH], prediction: 1 },
      });
      const labels = classLabels(VARIED_TASKS, [
        [0, 4],
        [1, 7],
        [0, 0],
        [1, 1],
      ]);
      const batch = { images, labels };
      const found: number[] = [];
      for (let step = 0; step < STEPS; step += 1) {
        found.push((await trainer.step(batch, { seed: 1, step, updates: step }, 1e-5)).loss);
      }
      await trainer.dispose();
      model.dispose();
      return found;
    };
    const [graph, eager] = [await losses('graph'), await losses('eager')];
    expect(graph[STEPS - 1]).not.toBe(graph[0]);
    for (const [step, loss] of graph.entries()) {
      expect(Math.abs(loss / (eager[step] ?? 0) - 1), `step ${step}: ${graph} ${eager}`).toBeLessThan(1e-3);
    }
  });
});
