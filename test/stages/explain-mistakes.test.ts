import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Explanation } from '../../src/vision/explain/explanation.ts';
import { gradCam } from '../../src/vision/explain/grad-cam.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import explainMistakes from '../../stages/explain-mistakes.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { reportedStages } from '../support/reported-stages.ts';
import { runStage } from '../support/run-stage.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const tf = await tensorFlow();

/** The inputs of the stage: shards, the samples of an evaluation, and the model. */
async function evaluated() {
  const artifacts = await reportedStages();
  const path = (output: string) => artifacts.find((artifact) => artifact.output === output)?.path ?? '';
  return { shards: path('shards'), samples: path('samples'), model: path('model') };
}

test('the explain-mistakes stage draws the samples with the largest loss, for the predicted and the true class', async () => {
  const inputs = await evaluated();
  const { failure, outputs, metrics, progress } = await runStage(explainMistakes, { params: { count: 3 }, inputs });
  expect(failure).toBeUndefined();
  expect(metrics).toEqual({ explained: 3 });
  expect(progress.map(({ done, total }) => `${done}/${total}`)).toEqual(['1/3', '2/3', '3/3']);
  const folder = outputs['explanations'] ?? '';
  const { explanations } = JSON.parse(readFileSync(join(folder, 'explanations.json'), 'utf8')) as {
    readonly explanations: readonly Explanation[];
  };
  expect(explanations).toHaveLength(3);
  for (const { pictures } of explanations) {
    for (const name of Object.values(pictures)) {
      const { width, height, format } = await sharp(join(folder, name)).metadata();
      expect([width, height, format]).toEqual([32, 32, 'webp']);
    }
  }
});

test('Grad-CAM gives maps of the size of the image, with values from 0 to 1', async () => {
  const size = 64;
  const tasks = [{ name: 'colour', classes: 2 }];
  const options = { dropout: 0, seed: 3 };
  const model = buildClassifier(tf, { backbone: 'small-cnn', height: size, width: size, tasks }, options);
  // White on the left, black on the right: the maps of the two halves differ.
  const left = tf.ones([1, size, size / 2, 3]).mul(255);
  const image = tf.concat([left, tf.zeros([1, size, size / 2, 3])], 2) as Parameters<typeof gradCam>[2];
  const classes = [0, 1].map((label) => ({ task: 'colour', label }));
  for (const map of gradCam(tf, model, image, classes)) {
    const values = map.dataSync();
    expect(values).toHaveLength(size * size);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1 + 1e-6);
  }
  model.dispose();
});

test('the explain-mistakes stage refuses shards that do not have the images of the samples', async () => {
  const inputs = await evaluated();
  const { shards } = await labelledImages(4);
  const { failure } = await runStage(explainMistakes, { inputs: { ...inputs, shards } });
  expect(failure?.kind).toBe('bad-input');
  expect(failure?.problems[0]?.message).toMatch(/^the shards do not have the image "Images\/.*"$/);
});

test('the explain-mistakes stage refuses shards of another size', async () => {
  const inputs = await evaluated();
  const { shards } = await labelledImages(60, { size: 48 });
  const { failure } = await runStage(explainMistakes, { inputs: { ...inputs, shards } });
  expect(failure?.problems[0]).toEqual({
    message: 'the model expects images of 32×32 pixels, got 48×48',
    at: { file: inputs.model },
    advice: 'Give the shards that the model was trained on.',
  });
});
