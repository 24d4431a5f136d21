import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backboneNames } from '../../src/vision/models/backbones/index.ts';
import train from '../../stages/train.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { continued, params } from './training.ts';

describe('the train stage fails before loading TensorFlow', () => {
  test('when class weights name an unknown task or have the wrong number of classes', async () => {
    const class_weights = { colour: [1, 2], hue: [1] };
    const { failure } = await runStage(train, { params: { ...params, class_weights }, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'class_weights has 2 numbers for the task "colour", which has 3 classes',
        advice: 'Give one number per class, in class order.',
      },
      { message: 'class_weights names an unknown task "hue"', advice: 'The tasks are colour, shade.' },
    ]);
  });

  test('when the batch size is larger than the training split', async () => {
    const inputs = await labelledImages(20);
    const { failure } = await runStage(train, { params: { ...params, batch_size: 17 }, inputs });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'the batch size is 17, but there are only 16 training samples',
          at: { file: inputs.targets },
          advice: 'Lower batch_size to 16 or less.',
        },
      ],
    });
  });

  test('when early stopping monitors a validation metric and there are no validation samples', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const problemsWith = async (early_stopping: object) =>
      (await runStage(train, { params: { ...params, early_stopping }, inputs })).failure?.problems;
    const problem = {
      message: 'early_stopping monitors "val_loss", but there are no validation samples',
      at: { file: inputs.targets },
      advice: 'Raise validation_fraction, set early_stopping.monitor to loss, or remove early_stopping.',
    };
    expect(await problemsWith({ patience: 2 })).toEqual([problem]);
    expect(await problemsWith({ restore_best: true })).toEqual([problem]);
    expect(await problemsWith({ monitor: 'loss', patience: 2 })).toBeUndefined();
  });

  test('when batch normalization is frozen and has a momentum', async () => {
    const both = { freeze_batch_normalization: true, batch_normalization_momentum: 0.9 };
    const { failure } = await runStage(train, { params: { ...params, ...both }, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'batch_normalization_momentum has no effect with freeze_batch_normalization',
        advice: 'Remove one of the two: frozen batch normalization keeps its statistics.',
      },
    ]);
  });

  test('when the images are too small for the backbone', async () => {
    const { failure } = await runStage(train, { params, inputs: await labelledImages(20, { size: 24 }) });
    expect(failure?.problems).toEqual([
      {
        message: 'the backbone "small-cnn" needs images of at least 32×32 pixels, got 24×24',
        advice: 'Resize the images to a larger size, or use another backbone.',
      },
    ]);
  });

  test('when neither a model nor a backbone is given', async () => {
    const { failure } = await runStage(train, { params: continued, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'neither the param "backbone" nor the input "model" is given',
        advice: `Set backbone to one of ${backboneNames.join(', ')}, or connect the input "model".`,
      },
    ]);
  });

  test('when the targets name images that the shards do not contain', async () => {
    const [few, many] = [await labelledImages(20), await labelledImages(27)];
    const { failure } = await runStage(train, { params, inputs: { shards: few.shards, targets: many.targets } });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message:
            `the targets name images that the shards in ${few.shards} do not contain: "Images/colour_labels/20.png", ` +
            '"Images/shade_labels/21.png", "Images/colour_labels/22.png", "Images/shade_labels/23.png", ' +
            '"Images/colour_labels/24.png" and 2 more',
          at: { file: many.targets },
          advice: 'Make shards and targets from the same output "samples" of one ingest stage.',
        },
      ],
    });
  });

  test('when shards and targets do not exist, reporting both', async () => {
    const folder = temporaryFolder();
    const inputs = { shards: join(folder, 'shards'), targets: join(folder, 'targets.arrow') };
    const { failure } = await runStage(train, { params, inputs });
    expect(failure?.problems.map(({ at }) => at?.file)).toEqual([join(inputs.shards, 'index.json'), inputs.targets]);
  });
});

describe('the train stage warns and continues', () => {
  test('when samples are skipped because their images are quarantined', async () => {
    const inputs = await labelledImages(40, { broken: [0, 4, 7] });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: skipped 2 training and 1 validation samples because their images are quarantined');
  });

  test('when no training sample has a task', async () => {
    const inputs = await labelledImages(40, {
      splitOf: (index) => (index % 2 === 1 || index % 5 === 4 ? 'validation' : 'train'),
    });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: no training sample has the task "shade", so its head is not trained');
  });

  test('when there are no validation samples, and then reports no validation metrics', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { logged, metrics } = await runStage(train, { params, inputs });
    expect(logged[0]).toBe('warning: there are no validation samples, so there will be no validation metrics');
    expect(Object.keys(metrics)).toEqual(['loss']);
  });
});
