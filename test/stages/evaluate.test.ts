import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/vision/evaluate/evaluation.ts';
import type { ClassTaskEvaluation } from '../../src/vision/evaluate/tasks/class-task.ts';
import evaluate from '../../stages/evaluate.ts';
import train from '../../stages/train.ts';
import { type LabelledImagesFolder, labelledImages } from '../support/labelled-images.ts';
import { collected, runStage } from '../support/run-stage.ts';

const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 1, batch_size: 8, seed: 2018 };

async function trained(inputs: LabelledImagesFolder, epochs = 1, more: object = {}) {
  const { failure, outputs, metrics } = await runStage(train, { params: { ...params, epochs, ...more }, inputs });
  expect(failure).toBeUndefined();
  return { model: outputs['model'] ?? '', metrics };
}

/** An evaluation of tasks with one class for each sample. */
type ClassEvaluation = Required<Evaluation> & { readonly tasks: readonly ClassTaskEvaluation[] };

const evaluationIn = (file = ''): ClassEvaluation => JSON.parse(readFileSync(file, 'utf8'));

describe('the evaluate stage', () => {
  test('computes the accuracy of each task on the validation samples that have the task', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs, 12);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const { tasks } = evaluationIn(outputs['evaluation']);
    expect(tasks.map(({ name, count }) => [name, count])).toEqual([
      ['colour', 6],
      ['shade', 6],
    ]);
    for (const { metrics } of tasks) expect(metrics.accuracy.value).toBeGreaterThan(0.8);
  });

  test('writes a confusion matrix for each task, with a row per true class and a column per predicted class', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const [colour, shade] = evaluationIn(outputs['evaluation']).tasks;
    const rowSums = (matrix: readonly (readonly number[])[] = []) =>
      matrix.map((row) => row.reduce((sum, cell) => sum + cell, 0));
    expect(rowSums(colour?.confusion)).toEqual([2, 2, 2]);
    expect(rowSums(shade?.confusion)).toEqual([3, 3]);
    const hits = (colour?.confusion ?? []).reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
    expect(colour?.metrics.accuracy.value).toBe(hits / 6);
  });

  test('weights the tasks by their number of samples in the whole data set, training samples included', async () => {
    const inputs = await labelledImages(40, { taskOf: (index) => (index % 4 === 0 ? 'shade' : 'colour') });
    const { model } = await trained(inputs);
    const { outputs, metrics } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const { tasks, weighted, mean_average_precision } = evaluationIn(outputs['evaluation']);
    const [colour, shade] = tasks.map((task) => task.metrics);
    const accuracies = [colour?.accuracy.value ?? 0, shade?.accuracy.value ?? 0] as const;
    const precisions = [colour?.average_precision.value ?? 0, shade?.average_precision.value ?? 0] as const;
    expect(weighted.accuracy.value).toBeCloseTo((30 * accuracies[0] + 10 * accuracies[1]) / 40, 6);
    expect(mean_average_precision.value).toBeCloseTo((precisions[0] + precisions[1]) / 2, 6);
    expect(metrics).toMatchObject({
      weighted_accuracy: weighted.accuracy.value,
      mean_average_precision: mean_average_precision.value,
      'accuracy/colour': colour?.accuracy.value,
    });
  });

  test('gives each metric with an interval that contains it, and with that of always answering the most frequent class', async () => {
    const inputs = await labelledImages(60, {
      taskOf: () => 'colour',
      splitOf: (index) => (index < 20 ? 'validation' : 'train'),
    });
    const { model } = await trained(inputs, 4);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const { tasks, weighted } = evaluationIn(outputs['evaluation']);
    const { accuracy, log_loss } = tasks[0]?.metrics ?? {};
    for (const metric of [accuracy, log_loss]) {
      const [low, high] = metric?.interval ?? [Number.NaN, Number.NaN];
      expect(low).toBeLessThanOrEqual(metric?.value ?? Number.NaN);
      expect(high).toBeGreaterThanOrEqual(metric?.value ?? Number.NaN);
    }
    // The most frequent class of the training samples is 1; of the 20 validation samples, 6 have it.
    expect(accuracy?.baseline).toBeCloseTo(6 / 20, 9);
    expect(weighted.accuracy).toEqual(accuracy);
  });

  test('gives the same bytes again, and other intervals with another seed', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs);
    const evaluated = async (seed: number) => {
      const { outputs } = await runStage(evaluate, {
        params: { seed },
        inputs: { ...inputs, models: collected(model) },
      });
      return readFileSync(outputs['evaluation'] ?? '', 'utf8');
    };
    const first = await evaluated(1);
    expect(await evaluated(1)).toBe(first);
    expect(await evaluated(2)).not.toBe(first);
  });

  test('writes a row for each sample, from which the metrics can be computed', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs, 4);
    const { outputs } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const rows = tableFromIPC(readFileSync(outputs['samples'] ?? '')).toArray();
    expect(rows).toHaveLength(12);
    for (const { task, label, class: truth, predicted, probabilities, loss } of rows) {
      const shares = [...probabilities];
      expect(shares).toHaveLength(task === 'colour' ? 3 : 2);
      expect(label[truth]).toBe('y');
      expect(shares[predicted]).toBe(Math.max(...shares));
      expect(loss).toBeCloseTo(-Math.log(shares[truth]), 5);
    }
    const { cross_entropy } = evaluationIn(outputs['evaluation']);
    expect(rows.reduce((sum, { loss }) => sum + loss, 0) / 12).toBeCloseTo(cross_entropy, 5);
  });

  test.each([
    ['', {}],
    [', with label smoothing and an L2 penalty', { label_smoothing: 0.2, l2: 1e-3 }],
  ])('gives the same metrics as the last epoch of the training%s', async (_, more) => {
    const inputs = await labelledImages(60);
    const { model, metrics } = await trained(inputs, 2, more);
    const evaluated = await runStage(evaluate, {
      params: { batch_size: 8 },
      inputs: { ...inputs, models: collected(model) },
    });
    expect(metrics).toMatchObject({
      // Batch normalization is folded into the convolutions there, which rounds differently.
      val_loss: expect.closeTo(evaluated.metrics['loss'] ?? Number.NaN, 5),
      val_weighted_accuracy: evaluated.metrics['weighted_accuracy'],
    });
  });

  test('says what the loss contains, and gives that of the heads alone beside it', async () => {
    const inputs = await labelledImages(60);
    const { model } = await trained(inputs, 1, { label_smoothing: 0.2, l2: 1e-3 });
    const { outputs, logged, metrics } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    const { loss, cross_entropy } = evaluationIn(outputs['evaluation']);
    expect(loss).toBeGreaterThan(cross_entropy);
    expect(metrics).toMatchObject({ loss, cross_entropy });
    expect(logged[0]).toMatch(
      /^the loss, [\d.]+, includes label smoothing of 0\.2 and an L2 penalty of [\d.]+, as in training; that of the heads alone is [\d.]+$/,
    );
  });

  test('skips samples whose images are quarantined, and warns how many', async () => {
    const inputs = await labelledImages(60, { broken: [4, 7, 9, 14] });
    const { model } = await trained(inputs);
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
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
    const { outputs, logged } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
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
    const { progress } = await runStage(evaluate, {
      params: { batch_size: 5 },
      inputs: { ...inputs, models: collected(model) },
    });
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
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
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
    const { failure } = await runStage(evaluate, { inputs: { ...(await labelledImages()), models: collected(model) } });
    expect(failure?.problems.map(({ message }) => message)).toEqual([
      'the model was trained on images with fit: contain, but these shards have fit: fill',
    ]);
  });

  test('when there are no validation samples', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { model } = await trained(inputs);
    const { failure } = await runStage(evaluate, { inputs: { ...inputs, models: collected(model) } });
    expect(failure?.problems).toEqual([
      {
        message: 'there are no validation samples to evaluate the model on',
        at: { file: inputs.targets },
        advice: 'Raise validation_fraction, or add samples.',
      },
    ]);
  });
});
