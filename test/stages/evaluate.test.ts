import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/vision/predict/evaluation.ts';
import evaluate from '../../stages/evaluate.ts';
import train from '../../stages/train.ts';
import { type LabelledImagesFolder, labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';

const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 1, batch_size: 8, seed: 2018 };

async function trained(inputs: LabelledImagesFolder, epochs = 1, more: object = {}) {
  const { failure, outputs, metrics } = await runStage(train, { params: { ...params, epochs, ...more }, inputs });
  expect(failure).toBeUndefined();
  return { model: outputs['model'] ?? '', metrics };
}

const evaluationIn = (file = ''): Evaluation => JSON.parse(readFileSync(file, 'utf8'));

describe('the evaluate stage', () => {
  test('computes the accuracy of each task on the validation samples that have the task', async () => {
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

  test('writes a confusion matrix for each task, with a row per true class and a column per predicted class', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const [colour, shade] = evaluationIn(outputs['evaluation']).tasks;
    const rowSums = (matrix: readonly (readonly number[])[] = []) =>
      matrix.map((row) => row.reduce((sum, cell) => sum + cell, 0));
    expect(rowSums(colour?.confusion)).toEqual([2, 2, 2]);
    expect(rowSums(shade?.confusion)).toEqual([3, 3]);
    const hits = (colour?.confusion ?? []).reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
    expect(colour?.accuracy).toBe(hits / 6);
  });

  test('weights the tasks by their number of samples in the whole data set, training samples included', async () => {
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

  test.each([
    ['', {}],
    [', with label smoothing and an L2 penalty', { label_smoothing: 0.2, l2: 1e-3 }],
  ])('gives the same metrics as the last epoch of the training%s', async (_, more) => {
    const inputs = await labelledImages(60);
    const { model, metrics } = await trained(inputs, 2, more);
    const evaluated = await runStage(evaluate, { params: { batch_size: 8 }, inputs: { ...inputs, model } });
    expect(metrics).toMatchObject({
      // Batch normalization is folded into the convolutions there, which rounds differently.
      val_loss: expect.closeTo(evaluated.metrics['loss'] ?? Number.NaN, 5),
      val_weighted_accuracy: evaluated.metrics['weighted_accuracy'],
    });
  });

  test('says what the loss contains, and gives the cross-entropy alone beside it', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs, 1, { label_smoothing: 0.2, l2: 1e-3 });
    const { outputs, logged, metrics } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const { loss, cross_entropy } = evaluationIn(outputs['evaluation']);
    expect(loss).toBeGreaterThan(cross_entropy);
    expect(metrics).toMatchObject({ loss, cross_entropy });
    expect(logged[0]).toMatch(
      /^the loss, [\d.]+, includes label smoothing of 0\.2 and an L2 penalty of [\d.]+, as in training; the cross-entropy alone is [\d.]+$/,
    );
  });

  test('skips samples whose images are quarantined, and warns how many', async () => {
    const inputs = await labelledImages(60, { broken: [4, 7, 9, 14] });
    const { model } = await trained(inputs);
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const { tasks, left_out } = evaluationIn(outputs['evaluation']);
    expect(left_out).toBe(3);
    expect(tasks.reduce((sum, { count }) => sum + count, 0)).toBe(12 - 3);
    expect(logged).toContain(
      'warning: skipped 1 training and 3 validation samples because their images are quarantined',
    );
  });

  test('lists the validation images that are also training images', async () => {
    const inputs = await labelledImages(60, { sameAs: new Map([[9, 0]]) });
    const { model } = await trained(inputs);
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const [validation, train] = ['Images/shade_labels/9.png', 'Images/colour_labels/0.png'];
    expect(evaluationIn(outputs['evaluation']).duplicates).toEqual({ exact: [{ validation, train }], near: [] });
    expect(logged).toEqual([
      'warning: the splits overlap, which inflates the accuracy: of the validation images, 1 is identical to a training ' +
        'image, 0 nearly identical',
      `  ${validation} matches ${train}`,
    ]);
  });

  test('reports progress in images', async () => {
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

describe('the evaluate stage fails before loading TensorFlow', () => {
  test('when the images have another size and the targets other tasks than the model, reporting both', async () => {
    const { model } = await trained(await labelledImages());
    const inputs = await labelledImages(20, { size: 40, taskOf: () => 'shade' });
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, model } });
    const advice = 'Evaluate on the images and targets that the model was trained on.';
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        { message: 'the model expects images of 32×32 pixels, got 40×40', at: { file: model }, advice },
        {
          message: 'the model has the tasks colour (3), shade (2), but the targets have shade (2)',
          at: { file: model },
          advice,
        },
      ],
    });
  });

  test('when the images were resized in another way than those that the model was trained on', async () => {
    const { model } = await trained(await labelledImages(20, { fit: 'contain' }));
    const { failure } = await runStage(evaluate, { inputs: { ...(await labelledImages()), model } });
    expect(failure?.problems.map(({ message }) => message)).toEqual([
      'the model was trained on images with fit: contain, but these shards have fit: fill',
    ]);
  });

  test('when there are no validation samples', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { model } = await trained(inputs);
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, model } });
    expect(failure?.problems).toEqual([
      {
        message: 'there are no validation samples to evaluate the model on',
        at: { file: inputs.targets },
        advice: 'Raise validation_fraction, or add samples.',
      },
    ]);
  });
});
