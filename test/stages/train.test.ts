import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EpochFigures } from '../../src/train/history.ts';
import train from '../../stages/train.ts';
import { contents, temporaryFolder } from '../support/dataset.ts';
import { labelledImages, SIZE } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';

const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 2, batch_size: 8, seed: 2018, dropout: 0.1 };
const { backbone: _, ...continued } = params;

const historyIn = (file = ''): readonly EpochFigures[] => JSON.parse(readFileSync(file, 'utf8')).epochs;
const factsIn = (directory = '') => JSON.parse(readFileSync(join(directory, 'pipeline.json'), 'utf8'));

describe('a training', () => {
  test('learns to tell the classes of every task apart', async () => {
    const inputs = await labelledImages(60);
    const { failure, metrics } = await runStage(train, { params: { ...params, epochs: 12 }, inputs });
    expect(failure).toBeUndefined();
    expect(metrics['val_weighted_accuracy']).toBeGreaterThan(0.95);
    expect(metrics['val_accuracy/colour']).toBeGreaterThan(0.95);
    expect(metrics['val_accuracy/shade']).toBeGreaterThan(0.95);
  });

  test('makes a model and the figures of each epoch, and reports the last ones', async () => {
    const { outputs, metrics } = await runStage(train, { params, inputs: await labelledImages() });
    expect(readdirSync(outputs['model'] ?? '').sort()).toEqual([
      'model.json',
      'pipeline.json',
      'summary.txt',
      'weights.bin',
    ]);
    expect(factsIn(outputs['model'])).toEqual({
      version: 1,
      backbone: 'small-cnn',
      height: SIZE,
      width: SIZE,
      tasks: [
        { name: 'colour', classes: 3 },
        { name: 'shade', classes: 2 },
      ],
      epochs: 2,
      steps: 4,
    });
    const history = historyIn(outputs['history']);
    expect(history.map(({ epoch, learning_rate }) => [epoch, learning_rate])).toEqual([
      [1, 3e-3],
      [2, 3e-3],
    ]);
    const last = history.at(-1);
    expect(Object.keys(last?.acc ?? {})).toEqual(['colour', 'shade']);
    expect(metrics).toEqual({
      loss: last?.loss,
      val_loss: last?.val_loss,
      val_weighted_accuracy: last?.val_weighted_acc,
      'val_accuracy/colour': last?.val_acc?.['colour'],
      'val_accuracy/shade': last?.val_acc?.['shade'],
    });
  });

  test('tells how far it is, step by step, and how each epoch ended', async () => {
    const { progress, logged } = await runStage(train, { params, inputs: await labelledImages() });
    expect(progress.map(({ done, total, unit }) => `${done}/${total} ${unit}`)).toEqual([
      '1/4 steps',
      '2/4 steps',
      '3/4 steps',
      '4/4 steps',
    ]);
    expect(progress.at(-1)?.note).toMatch(/^epoch 2\/2, loss \d+\.\d{3}, acc \d\.\d{3}$/);
    expect(logged).toHaveLength(2);
    expect(logged[1]).toMatch(/^epoch 2 of 2: loss [\d.]+, val_loss [\d.]+, val_weighted_acc [\d.]+$/);
  });

  test('gives the same bytes from the same images and params', async () => {
    const inputs = await labelledImages();
    const [one, other] = [await runStage(train, { params, inputs }), await runStage(train, { params, inputs })];
    expect(contents(other.outputs['model'] ?? '')).toEqual(contents(one.outputs['model'] ?? ''));
    const reseeded = await runStage(train, { params: { ...params, seed: 1 }, inputs });
    expect(contents(reseeded.outputs['model'] ?? '')).not.toEqual(contents(one.outputs['model'] ?? ''));
  });

  test('lowers its rate by decay, as Keras does', async () => {
    const slowing = { ...params, optimizer: 'sgd', momentum: 0.9, nesterov: true, decay: 0.5 };
    const { outputs } = await runStage(train, { params: slowing, inputs: await labelledImages() });
    const rates = historyIn(outputs['history']).map(({ learning_rate }) => learning_rate);
    expect(rates).toEqual([3e-3, 3e-3 / (1 + 0.5 * 2)]);
  });
});

describe('a training that goes on from a model', () => {
  test('starts from its weights and counts on, so that it does not draw the same again', async () => {
    const inputs = await labelledImages(60);
    const first = await runStage(train, { params: { ...params, epochs: 8 }, inputs });
    const model = first.outputs['model'] ?? '';
    const second = await runStage(train, { params: { ...continued, epochs: 1 }, inputs: { ...inputs, model } });
    expect(second.failure).toBeUndefined();
    const lossAtFirst = historyIn(first.outputs['history'])[0]?.loss ?? 0;
    expect(historyIn(second.outputs['history'])[0]?.loss).toBeLessThan(lossAtFirst / 2);
    expect(factsIn(second.outputs['model'])).toMatchObject({ backbone: 'small-cnn', epochs: 9, steps: 9 * 6 });
  });

  test('does not take a model of other tasks', async () => {
    const { outputs } = await runStage(train, { params, inputs: await labelledImages() });
    const model = outputs['model'] ?? '';
    const onlyColours = await labelledImages(20, { taskOf: () => 'colour' });
    const { failure } = await runStage(train, { params: continued, inputs: { ...onlyColours, model } });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'the model was trained for other tasks: colour (3), shade (2) instead of colour (3)',
          at: { file: model },
          advice: 'Train a model for these tasks from the start, without the input model.',
        },
      ],
    });
  });
});

describe('what is wrong is said before TensorFlow is loaded', () => {
  test('a batch that is larger than the training split', async () => {
    const inputs = await labelledImages(20);
    const { failure } = await runStage(train, { params: { ...params, batch_size: 17 }, inputs });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'a batch of 17 is more than the 16 training samples',
          at: { file: inputs.targets },
          advice: 'Lower batch_size to 16 or less.',
        },
      ],
    });
  });

  test('images that are too small for the backbone', async () => {
    const { failure } = await runStage(train, { params, inputs: await labelledImages(20, { size: 24 }) });
    expect(failure?.problems).toEqual([
      {
        message: '«small-cnn» takes images from 32×32 pixels on, but these have 24×24',
        advice: 'Resize the images to more pixels, or take another backbone.',
      },
    ]);
  });

  test('neither a model nor a backbone', async () => {
    const { failure } = await runStage(train, { params: continued, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'neither the param «backbone» nor the input «model» says what to train',
        advice:
          'Set backbone to one of inception-resnet-v2, nasnet-large, nasnet-mobile, mobilenet-v2, small-cnn, or connect the input model.',
      },
    ]);
  });

  test('samples whose images were put aside are left out', async () => {
    const inputs = await labelledImages(40, { broken: [0, 4, 7] });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: left out since their images were put aside: 2 training and 1 validation samples');
  });

  test('targets that name images which the shards lack', async () => {
    const [few, many] = [await labelledImages(20), await labelledImages(27)];
    const { failure } = await runStage(train, { params, inputs: { shards: few.shards, targets: many.targets } });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message:
            `the shards in ${few.shards} lack images that the targets name: «Images/colour_labels/20.png», ` +
            '«Images/shade_labels/21.png», «Images/colour_labels/22.png», «Images/shade_labels/23.png», ' +
            '«Images/colour_labels/24.png» and 2 more',
          at: { file: many.targets },
          advice: 'Make shards and targets from the same samples: both have to come from one run of the ingest stage.',
        },
      ],
    });
  });

  test('shards and targets that are not there, both at once', async () => {
    const folder = temporaryFolder();
    const inputs = { shards: join(folder, 'shards'), targets: join(folder, 'targets.arrow') };
    const { failure } = await runStage(train, { params, inputs });
    expect(failure?.problems.map(({ at }) => at?.file)).toEqual([join(inputs.shards, 'index.json'), inputs.targets]);
  });
});

describe('what is odd is told while the training goes on', () => {
  test('a task that no training sample has', async () => {
    const inputs = await labelledImages(40, {
      splitOf: (index) => (index % 2 === 1 || index % 5 === 4 ? 'validation' : 'train'),
    });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: no training sample has the task «shade», so its head learns nothing');
  });

  test('no validation samples: then there are no figures of them', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { logged, metrics } = await runStage(train, { params, inputs });
    expect(logged[0]).toBe('warning: there are no validation samples, so nothing tells how good the model is');
    expect(Object.keys(metrics)).toEqual(['loss']);
  });
});

describe('a training ends early', () => {
  test('when the loss is no number any more, and says at which step', async () => {
    const diverging = { ...params, optimizer: 'sgd', learning_rate: 1e30 };
    const { failure, outputs } = await runStage(train, { params: diverging, inputs: await labelledImages() });
    expect(failure).toEqual({
      kind: 'failed',
      problems: [
        {
          message: expect.stringMatching(/^the loss is no number any more at step [234]$/),
          advice: 'The training has diverged: lower learning_rate, or raise batch_size, and run the stage again.',
        },
      ],
    });
    expect(readdirSync(join(outputs['model'] ?? '', '..'))).not.toContain('model');
  });

  test('between two steps, when the run is cancelled', async () => {
    const cancelled = new AbortController();
    cancelled.abort(new Error('the run was cancelled'));
    const inputs = await labelledImages();
    await expect(runStage(train, { params, inputs, signal: cancelled.signal })).rejects.toThrow(
      'the run was cancelled',
    );
  });
});
