import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluateStage, type Head, ordinal, regression, softmax, trainStage } from '../../src/vision/index.ts';
import type { ModelFacts } from '../../src/vision/models/saved-model.ts';
import type { EpochMetrics } from '../../src/vision/train/loop/history.ts';
import { digestsIn, temporaryFolder } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { mixedLabels } from '../support/mixed-labels.ts';
import { count } from '../support/own-heads.ts';
import { runStage } from '../support/run-stage.ts';
import { continued, params } from './training.ts';

const historyIn = (file = ''): readonly EpochMetrics[] => JSON.parse(readFileSync(file, 'utf8')).epochs;
const factsIn = (directory = ''): ModelFacts => JSON.parse(readFileSync(join(directory, 'pipeline.json'), 'utf8'));

describe('a training with labels of every kind', () => {
  test('learns each task by the head of its kind, from one sample per image', async () => {
    const inputs = await mixedLabels(60);
    const { failure, metrics, outputs, progress } = await runStage(trainStage(), {
      params: { ...params, epochs: 14 },
      inputs,
    });
    expect(failure).toBeUndefined();
    // 48 images, not 48 times four labels.
    expect(progress.at(-1)).toMatchObject({ total: (14 * 48) / 8 });
    for (const name of ['val_accuracy/colour', 'val_accuracy/tags', 'val_accuracy/warmth', 'val_weighted_accuracy'])
      expect(metrics[name], name).toBeGreaterThan(0.9);
    expect(metrics['val_mae/warmth']).toBeLessThan(0.15);
    // In the units of the labels, which are hundreds apart.
    expect(metrics['val_mae/hours']).toBeLessThan(80);
    const last = historyIn(outputs['history']).at(-1);
    expect(Object.keys(last?.acc ?? {})).toEqual(['colour', 'tags', 'warmth']);
    expect(last?.['val_mae']).toEqual({ hours: metrics['val_mae/hours'], warmth: metrics['val_mae/warmth'] });
  });

  test('saves with the model what its heads are made of', async () => {
    const { outputs } = await runStage(trainStage(), { params: { ...params, epochs: 1 }, inputs: await mixedLabels() });
    expect(factsIn(outputs['model']).tasks).toEqual([
      { name: 'colour', classes: 3 },
      {
        ...{ name: 'hours', kind: 'numbers', classes: 2 },
        fitted: { mean: [615.625, 8], deviation: [expect.closeTo(363.455, 3), 1] },
      },
      { name: 'tags', kind: 'classes', classes: 3, class_names: ['warm', 'strong', 'calm'] },
      { name: 'warmth', kind: 'ordered', classes: 3 },
    ]);
  });

  test('gives the same bytes when it is interrupted and resumed', async () => {
    const inputs = await mixedLabels();
    const given = { params: { ...params, epochs: 2, label_smoothing: 0.1, class_weights: 'balanced' }, inputs };
    const undisturbed = await runStage(trainStage(), given);
    const [work, cancelled] = [temporaryFolder(), new AbortController()];
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === 1) cancelled.abort(new Error('the run was cancelled'));
    };
    const first = runStage(trainStage(), { ...given, work, signal: cancelled.signal, onProgress });
    await expect(first).rejects.toThrow('the run was cancelled');
    const resumed = await runStage(trainStage(), { ...given, work });
    expect(resumed.logged[0]).toMatch(/^resumed from the checkpoint/);
    expect(digestsIn(resumed.outputs['model'] ?? '')).toEqual(digestsIn(undisturbed.outputs['model'] ?? ''));
    expect(readFileSync(resumed.outputs['history'] ?? '')).toEqual(readFileSync(undisturbed.outputs['history'] ?? ''));
  });

  test('goes on from a saved model with its heads and the scale of its numbers', async () => {
    const first = await runStage(trainStage(), { params: { ...params, epochs: 1 }, inputs: await mixedLabels(20) });
    const inputs = { ...(await mixedLabels(35)), model: first.outputs['model'] ?? '' };
    const second = await runStage(trainStage(), { params: { ...continued, epochs: 1 }, inputs });
    expect(second.failure).toBeUndefined();
    expect(factsIn(second.outputs['model']).tasks).toEqual(factsIn(first.outputs['model']).tasks);
  });

  test('has no accuracy where all labels are numbers, and says so to early stopping that asks for it', async () => {
    const inputs = await mixedLabels(20, { tasks: ['hours'] });
    const { outputs, metrics } = await runStage(trainStage(), { params: { ...params, epochs: 1 }, inputs });
    expect(historyIn(outputs['history'])[0]).not.toHaveProperty('val_weighted_acc');
    expect(Object.keys(metrics)).toEqual(['loss', 'val_loss', 'val_mae/hours']);
    const early_stopping = { monitor: 'val_weighted_acc', patience: 1 };
    const { failure } = await runStage(trainStage(), { params: { ...params, early_stopping }, inputs });
    expect(failure?.problems).toMatchObject([
      { message: 'early_stopping monitors "val_weighted_acc", but no head has an accuracy' },
    ]);
  });
});

describe('heads that a stage is given', () => {
  test('learn the tasks that they are given for, and later stages need the same', async () => {
    const heads = { warmth: softmax(), colour: ordinal(), hours: count };
    const inputs = await mixedLabels(20, { tasks: ['colour', 'hours', 'warmth'] });
    const { failure, outputs, metrics } = await runStage(trainStage({ heads }), { params, inputs });
    expect(failure).toBeUndefined();
    const { tasks } = factsIn(outputs['model']);
    expect(tasks.map(({ name, head }) => [name, head])).toEqual([
      ['colour', 'ordinal'],
      ['hours', 'count'],
      ['warmth', 'softmax'],
    ]);
    expect(Object.keys(metrics)).toContain('val_mae/colour');
    const models = [{ path: outputs['model'] ?? '', matrix: {} }];
    const lacking = await runStage(evaluateStage(), { inputs: { ...inputs, models } });
    expect(lacking.failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'the model has the head "count" for the task "hours", which is not given here',
          at: { file: expect.stringMatching(/pipeline\.json$/) },
          advice: 'Give the same one as to the training: { heads: { hours: … } }.',
        },
      ],
    });
    const other = trainStage({ heads: { ...heads, colour: softmax() } });
    const further = await runStage(other, { params: continued, inputs: { ...inputs, model: outputs['model'] ?? '' } });
    expect(further.failure?.problems).toMatchObject([
      { message: 'the model has the head "ordinal" for the task "colour", but "softmax" is given here' },
    ]);
  });

  test('are those by which the model is evaluated', async () => {
    const inputs = await labelledImages(60);
    const heads = { colour: ordinal() };
    const { outputs, metrics } = await runStage(trainStage({ heads }), { params: { ...params, epochs: 12 }, inputs });
    const models = [{ path: outputs['model'] ?? '', matrix: {} }];
    // The built-in heads need not be given.
    const evaluated = await runStage(evaluateStage(), { inputs: { ...inputs, models } });
    expect(evaluated.failure).toBeUndefined();
    expect(evaluated.metrics['accuracy/colour']).toBeGreaterThan(0.9);
    expect(evaluated.metrics['accuracy/colour']).toBeCloseTo(metrics['val_accuracy/colour'] ?? 0, 6);
    expect(evaluated.metrics['loss']).toBeCloseTo(metrics['val_loss'] ?? 0, 4);
  });

  test('must learn the labels of their task, which the data set must have', async () => {
    const heads = { colour: regression(), size: softmax() };
    const { failure } = await runStage(trainStage({ heads }), { params, inputs: await labelledImages() });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'the stage is given a head for the task "size", which the data set does not have',
          advice: 'The tasks are colour, shade.',
        },
        {
          message: 'the head "regression" cannot learn the task "colour", whose labels are of the kind "class"',
          advice: 'It learns labels of the kind "numbers". Remove it, or give another head.',
        },
      ],
    });
  });

  test.each<[string, Partial<Head>, string]>([
    [
      'no layers',
      { build: () => undefined as never },
      'returned undefined from "build", expected the output of a layer',
    ],
    [
      'no finite numbers from "fit"',
      { fit: () => ({ mean: [Number.NaN] }) },
      'from "fit", expected lists of finite numbers by name',
    ],
    ['too few columns', { columns: () => 2 }, 'put out [n, 3], expected the output of a layer, of 2 columns'],
    [
      'no loss for each sample',
      { loss: (tf) => tf.tensor2d([[1]]) as never },
      'returned a tensor [1, 1] as its loss, expected a tensor [8]',
    ],
    ['a metric of a name that is taken', { metrics: { val_loss: () => 0 } }, 'has a metric "val_loss"'],
    ['a metric of the name of another', { metrics: { accuracy: () => 0 } }, 'has a metric "accuracy"'],
    [
      'no number as a metric',
      { metrics: { sure: () => undefined as never } },
      'returned undefined from the metric "sure", expected a number',
    ],
    ['no such method', { decode: 'softmax' as never }, 'has no "decode"'],
  ])('are told what is wrong with them: %s', async (_, part, message) => {
    const { jointLoss: __, ...whole } = softmax();
    const heads = { colour: { ...whole, ...part } };
    const { failure } = await runStage(trainStage({ heads }), { params, inputs: await labelledImages() });
    expect(failure?.problems).toHaveLength(1);
    expect(failure?.problems[0]?.message).toContain(message);
    expect(failure?.problems[0]?.message).toContain('task "colour"');
    expect(failure?.problems[0]?.advice).toBeDefined();
  });

  test('are told if no loss depends on what their layers put out', async () => {
    const { jointLoss: __, ...whole } = softmax();
    const constant: Head = { ...whole, loss: (tf, { target }) => tf.sum(target, 1) };
    const heads = { colour: constant, shade: constant };
    const { failure } = await runStage(trainStage({ heads }), { params, inputs: await labelledImages() });
    expect(failure?.problems[0]?.message).toBe(
      'the head "softmax" of the task "colour" has a "loss" that does not depend on what its layers put out',
    );
  });
});
