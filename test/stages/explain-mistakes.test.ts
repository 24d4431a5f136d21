import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { classScore } from '../../src/vision/explain/class-score.ts';
import type { Explanation } from '../../src/vision/explain/explanation.ts';
import { gradCam } from '../../src/vision/explain/grad-cam.ts';
import {
  evaluateStage,
  explainMistakesStage,
  type Head,
  ordinal,
  sigmoid,
  trainStage,
} from '../../src/vision/index.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import evaluate from '../../stages/evaluate.ts';
import explainMistakes from '../../stages/explain-mistakes.ts';
import train from '../../stages/train.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { mixedLabels } from '../support/mixed-labels.ts';
import { reportedStages } from '../support/reported-stages.ts';
import { collected, runStage } from '../support/run-stage.ts';
import { tensorFlow } from '../support/tensorflow.ts';
import { params } from './training.ts';

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

test('the explain-mistakes stage draws what is wrongly predicted and what is lacking of several classes, and leaves numbers out', async () => {
  const images = await mixedLabels(40);
  const unlearnt = { ...params, epochs: 1, learning_rate: 1e-6 };
  const trained = await runStage(train, { params: unlearnt, inputs: images });
  const model = trained.outputs['model'] ?? '';
  const evaluation = await runStage(evaluate, { inputs: { ...images, models: collected(model) } });
  const inputs = { shards: images.shards, samples: evaluation.outputs['samples'] ?? '', model };
  const { failure, outputs } = await runStage(explainMistakes, { params: { count: 100 }, inputs });
  expect(failure).toBeUndefined();
  const { explanations }: { explanations: readonly Explanation[] } = JSON.parse(
    readFileSync(join(outputs['explanations'] ?? '', 'explanations.json'), 'utf8'),
  );
  const tasks = new Set(explanations.map(({ task }) => task));
  expect([...tasks]).toEqual(expect.arrayContaining(['tags', 'warmth']));
  expect([...tasks]).not.toContain('hours');
  for (const { truth, predicted, pictures } of explanations) {
    expect(truth !== undefined || predicted !== undefined).toBe(true);
    expect(pictures.truth !== undefined).toBe(truth !== undefined);
    expect(pictures.predicted !== undefined).toBe(predicted !== undefined);
  }
});

test('the score of a class of an ordinal head is the logarithm of its probability', () => {
  const task = { name: 'length', kind: 'ordered', classes: 3 } as const;
  const placed = { task, head: ordinal(), offset: 0, columns: 2 };
  const logits = tf.tensor2d([[0.5, -1.25]]);
  const probabilities = placed.head.decode(tf.sigmoid(logits).dataSync<'float32'>(), task);
  for (const [label, probability] of probabilities.entries()) {
    const score = classScore(placed)?.(tf, logits, label).dataSync()[0];
    expect(score).toBeCloseTo(Math.log(probability), 5);
  }
});

test('a head without a column for each class is not explained, and the stage says so', async () => {
  const binary: Head = {
    ...sigmoid(),
    name: 'binary',
    kinds: ['class'],
    columns: () => 1,
    build: (layers, features, { name }) => layers.dense(features, { name, units: 1, activation: 'sigmoid' }),
    encode(label, { target, weight }) {
      target[0] = label === 'ny' ? 1 : 0;
      weight[0] = 1;
    },
    decode: ([second = 0]) => Float32Array.of(1 - second, second),
  };
  const heads = { shade: binary };
  const images = await labelledImages(30, { taskOf: () => 'shade' });
  const trained = await runStage(trainStage({ heads }), {
    params: { ...params, epochs: 1, learning_rate: 1e-6 },
    inputs: images,
  });
  const model = trained.outputs['model'] ?? '';
  const evaluation = await runStage(evaluateStage({ heads }), { inputs: { ...images, models: collected(model) } });
  const { logged, metrics } = await runStage(explainMistakesStage({ heads }), {
    inputs: { shards: images.shards, samples: evaluation.outputs['samples'] ?? '', model },
  });
  expect(logged).toEqual(['the task "shade" is not explained: its head "binary" has no column for each class']);
  expect(metrics).toEqual({ explained: 0 });
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
