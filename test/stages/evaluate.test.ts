import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/vision/predict/evaluation.ts';
import evaluate from '../../stages/evaluate.ts';
import train from '../../stages/train.ts';
import { type LabelledImagesFolder, labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';

const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 1, batch_size: 8, seed: 2018 };

async function trained(inputs: LabelledImagesFolder, epochs = 1): Promise<{ model: string; metrics: unknown }> {
  const { failure, outputs, metrics } = await runStage(train, { params: { ...params, epochs }, inputs });
  expect(failure).toBeUndefined();
  return { model: outputs['model'] ?? '', metrics };
}

const evaluationIn = (file = ''): Evaluation => JSON.parse(readFileSync(file, 'utf8'));

describe('an evaluation', () => {
  test('judges each task by the validation samples that have it', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs, 12);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const { tasks } = evaluationIn(outputs['evaluation']);
    expect(tasks.map(({ name, count, chance }) => [name, count, chance])).toEqual([
      ['colour', 6, 1 / 3],
      ['shade', 6, 1 / 2],
    ]);
    for (const { accuracy } of tasks) expect(accuracy).toBeGreaterThan(0.8);
  });

  test('counts what was taken for what: a row for each true class, a column for each predicted one', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const [colour, shade] = evaluationIn(outputs['evaluation']).tasks;
    const rowSums = (matrix: readonly (readonly number[])[] = []) =>
      matrix.map((row) => row.reduce((sum, cell) => sum + cell, 0));
    expect(rowSums(colour?.confusion)).toEqual([2, 2, 2]);
    expect(rowSums(shade?.confusion)).toEqual([3, 3]);
    const hits = (colour?.confusion ?? []).reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
    expect(colour?.accuracy).toBeCloseTo(hits / 6, 6);
  });

  test('weighs the tasks by their samples in the whole data set, training samples included', async () => {
    const inputs = await labelledImages(40, { taskOf: (index) => (index % 4 === 0 ? 'shade' : 'colour') });
    const { model } = await trained(inputs);
    const { outputs, metrics } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const { tasks, weighted_accuracy, weighted_chance } = evaluationIn(outputs['evaluation']);
    const [colour, shade] = tasks;
    expect(weighted_accuracy).toBeCloseTo((30 * (colour?.accuracy ?? 0) + 10 * (shade?.accuracy ?? 0)) / 40, 6);
    expect(weighted_chance).toBeCloseTo((30 / 3 + 10 / 2) / 40, 6);
    expect(metrics['weighted_accuracy']).toBe(weighted_accuracy);
    expect(metrics['accuracy/colour']).toBe(colour?.accuracy);
  });

  test('comes to what the training said about its last epoch, though it loads the model with other classes', async () => {
    const inputs = await labelledImages(60);
    const { model, metrics } = await trained(inputs, 2);
    const evaluated = await runStage(evaluate, { params: { batch_size: 8 }, inputs: { ...inputs, model } });
    expect(metrics).toMatchObject({
      val_loss: evaluated.metrics['loss'],
      val_weighted_accuracy: evaluated.metrics['weighted_accuracy'],
    });
  });

  test('leaves out samples whose images were put aside, and says how many those are', async () => {
    const inputs = await labelledImages(60, { broken: [4, 7, 9, 14] });
    const { model } = await trained(inputs);
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const { tasks, left_out } = evaluationIn(outputs['evaluation']);
    expect(left_out).toBe(3);
    expect(tasks.reduce((sum, { count }) => sum + count, 0)).toBe(12 - 3);
    expect(logged).toContain(
      'warning: left out since their images were put aside: 1 training and 3 validation samples',
    );
  });

  test('names the validation images that the model was trained on', async () => {
    const inputs = await labelledImages(60, { sameAs: new Map([[9, 0]]) });
    const { model } = await trained(inputs);
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const [validation, train] = ['Images/shade_labels/9.png', 'Images/colour_labels/0.png'];
    expect(evaluationIn(outputs['evaluation']).duplicates).toEqual({ exact: [{ validation, train }], near: [] });
    expect(logged).toEqual([
      'warning: in both splits, which flatters the accuracy: 1 validation images are training images, 0 more nearly so',
      `  ${validation} is ${train}`,
    ]);
  });

  test('tells how far it is, in images', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs);
    const { progress } = await runStage(evaluate, { params: { batch_size: 5 }, inputs: { ...inputs, model } });
    expect(progress.map(({ done, total, unit }) => `${done}/${total} ${unit}`)).toEqual([
      '5/12 images',
      '10/12 images',
      '12/12 images',
    ]);
  });
});

describe('what does not fit together is said', () => {
  test('images of another size, and other tasks, at once', async () => {
    const { model } = await trained(await labelledImages());
    const inputs = await labelledImages(20, { size: 40, taskOf: () => 'shade' });
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const advice = 'Evaluate on the images and targets that the model was trained on.';
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        { message: 'the model takes 32×32 pixels, but the images have 40×40', at: { file: model }, advice },
        {
          message: 'the model knows the tasks colour (3), shade (2), but the targets have shade (2)',
          at: { file: model },
          advice,
        },
      ],
    });
  });

  test('no validation samples', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { model } = await trained(inputs);
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, model } });
    expect(failure?.problems).toEqual([
      {
        message: 'there are no validation samples to judge the model by',
        at: { file: inputs.targets },
        advice: 'Raise validation_fraction, or add samples.',
      },
    ]);
  });
});
