import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeQuestions } from '../../src/vision/data/tables/questions.ts';
import evaluate from '../../stages/evaluate.ts';
import predict from '../../stages/predict.ts';
import train from '../../stages/train.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { type LabelledImagesFolder, labelledImages } from '../support/labelled-images.ts';
import { collected, runStage } from '../support/run-stage.ts';

async function trained(inputs: LabelledImagesFolder, seed: number): Promise<string> {
  const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 1, batch_size: 8, seed };
  const { failure, outputs } = await runStage(train, { params, inputs });
  expect(failure).toBeUndefined();
  return outputs['model'] ?? '';
}

type Answers = readonly (readonly number[])[];

/** Combines the probabilities of two predictions class by class, and normalizes them. */
function combined([one, other]: readonly [Answers, Answers], combine: (a: number, b: number) => number): Answers {
  return one.map((answer, row) => {
    const values = answer.map((a, at) => combine(a, other[row]?.[at] ?? Number.NaN));
    const sum = values.reduce((total, value) => total + value, 0);
    return values.map((value) => value / sum);
  });
}

/** Expects the probabilities to be equal, but for the rounding of the file. */
function expectClose(answered: Answers, expected: Answers, digits = 7): void {
  expect(answered.length).toBe(expected.length);
  for (const [row, answer] of answered.entries()) {
    for (const [at, probability] of answer.entries()) {
      expect(probability).toBeCloseTo(expected[row]?.[at] ?? Number.NaN, digits);
    }
  }
}

/** A data set and two models that were trained on it. */
async function twoModels() {
  const inputs = await labelledImages();
  const models = [await trained(inputs, 1), await trained(inputs, 2)] as const;
  return {
    inputs,
    models,
    /** Predicts the questions, and returns the probabilities of each answer. */
    async answers(paths: readonly string[], params: object = {}, questions = inputs.questions): Promise<Answers> {
      const { failure, outputs } = await runStage(predict, {
        params: { ...params },
        inputs: { ...inputs, questions, models: collected(...paths) },
      });
      expect(failure).toBeUndefined();
      const rows: string[][] = parse(readFileSync(outputs['predictions'] ?? ''));
      return rows.map(([, , answer = '']) => answer.split(';').map(Number));
    },
    /** Adds images to the data set, and asks for the colour of each. */
    async questionsAbout(images: Readonly<Record<string, Buffer>>): Promise<string> {
      writeFiles(inputs.dataset, images);
      const path = `${temporaryFolder()}/questions.arrow`;
      const questions = Object.keys(images).map((file) => ({ file, labelName: 'colour_labels', task: 'colour' }));
      await writeQuestions(path, questions);
      return path;
    },
  };
}

describe('the predict stage with several models', () => {
  test('answers with the mean of their probabilities', async () => {
    const { models, answers } = await twoModels();
    const separate = [await answers([models[0]]), await answers([models[1]])] as const;
    expect(separate[0]).not.toEqual(separate[1]);
    expectClose(
      await answers(models),
      combined(separate, (a, b) => (a + b) / 2),
    );
    expectClose(
      await answers(models, { model_weights: [1, 3] }),
      combined(separate, (a, b) => (a + 3 * b) / 4),
    );
    expectClose(
      await answers(models, { average: 'logarithms' }),
      combined(separate, (a, b) => Math.sqrt(a * b)),
      // The root of a small probability depends much on how the file rounds it.
      5,
    );
  });

  test('leaves out a model with the weight 0', async () => {
    const { models, answers } = await twoModels();
    expect(await answers(models, { model_weights: [1, 0] })).toEqual(await answers([models[0]]));
  });

  test('resizes the images for each model as for its training', async () => {
    const { models, answers, questionsAbout } = await twoModels();
    const others = await labelledImages(20, { size: 48, fit: 'contain' });
    const large = await trained(others, 3);
    const wide = sharp({ create: { width: 40, height: 10, channels: 3, background: '#d02020' } });
    const questions = await questionsAbout({ 'Images/wide.png': await wide.png().toBuffer() });
    const separate = [await answers([models[0]], {}, questions), await answers([large], {}, questions)] as const;
    expectClose(
      await answers([models[0], large], {}, questions),
      combined(separate, (a, b) => (a + b) / 2),
    );
  });

  test.each([
    [
      'as many weights as models',
      [1],
      'the param "model_weights" has 1 value, but there are 2 models',
      'Give one weight for each model, in the order seed=1, seed=2.',
    ],
    ['a weight above 0', [0, 0], 'all values of the param "model_weights" are 0', 'Give at least one model a weight.'],
  ])('needs %s', async (_, weights, message, advice) => {
    const { inputs, models } = await twoModels();
    const given = { params: { model_weights: weights }, inputs: { ...inputs, models: collected(...models) } };
    expect((await runStage(predict, given)).failure).toEqual({ kind: 'bad-input', problems: [{ message, advice }] });
  });

  test('needs models with the same tasks', async () => {
    const { inputs, models } = await twoModels();
    const other = await trained(await labelledImages(20, { taskOf: () => 'shade' }), 1);
    const { failure } = await runStage(predict, { inputs: { ...inputs, models: collected(models[0], other) } });
    expect(failure?.problems).toEqual([
      {
        message: 'this model has the tasks shade (2), but the first model has colour (3), shade (2)',
        at: { file: other },
        advice: 'Average models that were trained on the same targets.',
      },
    ]);
  });
});

test('an ensemble needs models with the same heads', async () => {
  const { inputs, models } = await twoModels();
  const other = join(temporaryFolder(), 'model');
  cpSync(models[1] ?? '', other, { recursive: true });
  const facts = JSON.parse(readFileSync(join(other, 'pipeline.json'), 'utf8'));
  facts.tasks[0].head = 'ordinal';
  writeFileSync(join(other, 'pipeline.json'), JSON.stringify(facts));
  const { failure } = await runStage(predict, { inputs: { ...inputs, models: collected(models[0], other) } });
  expect(failure?.problems).toEqual([
    {
      message: 'this model has the heads ordinal, softmax, but the first model has softmax, softmax',
      at: { file: other },
      advice: 'Average models whose tasks have the same heads.',
    },
  ]);
});

test('the evaluate stage evaluates the mean of several models', async () => {
  const { inputs, models } = await twoModels();
  const of = async (paths: readonly string[], params: object = {}) => {
    const { failure, metrics } = await runStage(evaluate, {
      params: { bootstrap_resamples: 0, ...params },
      inputs: { ...inputs, models: collected(...paths) },
    });
    expect(failure).toBeUndefined();
    return metrics['loss'];
  };
  const [one, both] = [await of([models[0]]), await of(models)];
  expect(both).not.toBe(one);
  expect(await of(models, { model_weights: [1, 0] })).toBe(one);
});

describe('test-time augmentation', () => {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;

  test('by horizontal flip averages an image with its mirror image', async () => {
    const { models, answers, questionsAbout } = await twoModels();
    const image = sharp({ create: { width: 32, height: 32, channels: 3, background: '#000', noise } });
    const png = await image.png().toBuffer();
    const mirrored = await sharp(png).flop().png().toBuffer();
    const questions = await questionsAbout({ 'Images/left.png': png, 'Images/right.png': mirrored });
    const [left = [], right = []] = await answers([models[0]], {}, questions);
    const flipped = await answers([models[0]], { test_time_augmentation: { horizontal_flip: true } }, questions);
    const mean = left.map((probability, at) => (probability + (right[at] ?? 0)) / 2);
    expect(left).not.toEqual(right);
    expectClose(flipped, [mean, mean], 6);
  });

  test('by scales averages an image with its enlarged centre', async () => {
    const { models, answers, questionsAbout } = await twoModels();
    const border = sharp({ create: { width: 32, height: 32, channels: 3, background: '#2020d0' } });
    const centre = { create: { width: 16, height: 16, channels: 3, background: '#d02020' } } as const;
    const questions = await questionsAbout({
      'Images/framed.png': await border
        .composite([{ input: centre, left: 8, top: 8 }])
        .png()
        .toBuffer(),
      'Images/plain.png': await sharp({ create: { ...centre.create, width: 32, height: 32 } })
        .png()
        .toBuffer(),
    });
    const [framed = [], plain = []] = await answers([models[0]], {}, questions);
    // The enlarged centre of either is the plain image.
    const scaled = await answers([models[0]], { test_time_augmentation: { scales: [1, 2] } }, questions);
    expectClose(scaled, [framed.map((probability, at) => (probability + (plain[at] ?? 0)) / 2), plain], 6);
  });

  test('gives the same as a graph and op by op', async () => {
    const { models, answers } = await twoModels();
    const params = { test_time_augmentation: { horizontal_flip: true, scales: [1, 1.3] } };
    expectClose(await answers(models, params), await answers(models, { ...params, execution: 'eager' }), 5);
  });
});
