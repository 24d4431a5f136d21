import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EpochFigures } from '../../src/vision/train/loop/history.ts';
import train from '../../stages/train.ts';
import { digestsIn, temporaryFolder } from '../support/dataset.ts';
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
    expect(progress.at(-1)?.note).toMatch(/^epoch 2\/2, loss \d+\.\d{3}, acc \d\.\d{3}, [\d.]+ images\/s$/);
    expect(logged).toHaveLength(2);
    expect(logged[1]).toMatch(/^epoch 2 of 2: loss [\d.]+, val_loss [\d.]+, val_weighted_acc [\d.]+$/);
  });

  test('gives the same bytes from the same images and params', async () => {
    const inputs = await labelledImages();
    const [one, other] = [await runStage(train, { params, inputs }), await runStage(train, { params, inputs })];
    expect(digestsIn(other.outputs['model'] ?? '')).toEqual(digestsIn(one.outputs['model'] ?? ''));
    const reseeded = await runStage(train, { params: { ...params, seed: 1 }, inputs });
    expect(digestsIn(reseeded.outputs['model'] ?? '')).not.toEqual(digestsIn(one.outputs['model'] ?? ''));
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
  test('weights of classes that there are not', async () => {
    const class_weights = { colour: [1, 2], hue: [1] };
    const { failure } = await runStage(train, { params: { ...params, class_weights }, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'class_weights has 2 numbers for the task «colour», which has 3 classes',
        advice: 'Give one number a class, in the order of the label’s characters.',
      },
      { message: 'class_weights names the task «hue», which there is not', advice: 'There is colour, shade.' },
    ]);
  });

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

describe('a training that was interrupted', () => {
  const interrupted = { ...params, epochs: 3, checkpoint_minutes: 60 };

  /** Trains until so many steps are done, and then again without an end. */
  async function goOn(inputs: Readonly<Record<string, string>>, more: object, steps: number) {
    const work = temporaryFolder();
    const cancelled = new AbortController();
    const first = runStage(train, {
      params: { ...interrupted, ...more },
      inputs,
      work,
      signal: cancelled.signal,
      onProgress: ({ done }) => {
        if (done === steps) cancelled.abort(new Error('the run was cancelled'));
      },
    });
    await expect(first).rejects.toThrow('the run was cancelled');
    return runStage(train, { params: { ...interrupted, ...more }, inputs, work });
  }
  const files = ({ outputs }: { readonly outputs: Readonly<Record<string, string>> }) => [
    digestsIn(outputs['model'] ?? ''),
    readFileSync(outputs['history'] ?? '', 'utf8'),
  ];

  test.each([
    ['Adam, in the middle of an epoch', {}, 3],
    ['SGD with momentum, in the middle of an epoch', { optimizer: 'sgd', momentum: 0.9 }, 5],
    ['op by op', { execution: 'eager' }, 3],
    ['the best weights kept', { early_stopping: { monitor: 'loss', restore_best: true }, warmup_steps: 4 }, 5],
  ])('goes on and ends with the same bytes: %s', async (_, more, steps) => {
    const inputs = await labelledImages();
    const undisturbed = await runStage(train, { params: { ...interrupted, ...more }, inputs });
    const { logged, progress, ...resumed } = await goOn(inputs, more, steps);
    expect(logged[0]).toBe(
      `goes on from the checkpoint after step ${steps}, ${Math.floor((steps - 1) / 2)} of 3 epochs done`,
    );
    expect(progress[0]?.done).toBe(steps + 1);
    expect(files(resumed)).toEqual(files(undisturbed));
  });

  test('begins anew when its checkpoint is damaged, and says so', async () => {
    const inputs = await labelledImages();
    const undisturbed = await runStage(train, { params: interrupted, inputs });
    const work = temporaryFolder();
    await runStage(train, { params: interrupted, inputs, work });
    const [name = ''] = readdirSync(work);
    const bytes = readFileSync(join(work, name));
    bytes[5_000] = (bytes[5_000] ?? 0) ^ 1;
    writeFileSync(join(work, name), bytes);
    const again = await runStage(train, { params: interrupted, inputs, work });
    expect(again.logged[0]).toBe('warning: the checkpoint is damaged, so it is left aside: step-00000006.checkpoint');
    expect(again.progress[0]?.done).toBe(1);
    expect(files(again)).toEqual(files(undisturbed));
  });

  test('that has only to be saved is not trained again', async () => {
    const inputs = await labelledImages();
    const work = temporaryFolder();
    const first = await runStage(train, { params: interrupted, inputs, work });
    expect(readdirSync(work)).toEqual(['step-00000006.checkpoint']);
    const again = await runStage(train, { params: interrupted, inputs, work });
    expect(again.progress).toEqual([]);
    expect(files(again)).toEqual(files(first));
  });
});

describe('a training ends early', () => {
  test('when it gets no better, if it is told to, with the best weights', async () => {
    const inputs = await labelledImages();
    // After a first epoch that learns, the rate is so small that nothing changes any more.
    const stalling = {
      ...params,
      epochs: 9,
      schedule: 'exponential',
      decay_rate: 1e-30,
      decay_steps: 1,
      early_stopping: { monitor: 'loss', patience: 2, min_delta: 10, restore_best: true },
    };
    const { logged, outputs } = await runStage(train, { params: stalling, inputs });
    expect(logged.slice(-2)).toEqual([
      'stopped after epoch 3: no better loss since epoch 1',
      'ends with the weights of epoch 1, the best by loss',
    ]);
    expect(historyIn(outputs['history'])).toHaveLength(3);
    expect(factsIn(outputs['model'])).toMatchObject({ epochs: 3, steps: 6 });
    const { outputs: best } = await runStage(train, { params: { ...stalling, epochs: 1 }, inputs });
    const weights = (from: Readonly<Record<string, string>>) => readFileSync(join(from['model'] ?? '', 'weights.bin'));
    expect(weights(outputs).equals(weights(best))).toBe(true);
  });

  test('when the loss is no number any more, and says at which step', async () => {
    const diverging = { ...params, optimizer: 'sgd', learning_rate: 1e30 };
    const { failure, outputs } = await runStage(train, { params: diverging, inputs: await labelledImages() });
    expect(failure).toEqual({
      kind: 'failed',
      problems: [
        {
          message: expect.stringMatching(
            /^the loss is no number any more at step [234], at a rate of 1e\+30, on the images «Images.*png» and 3 more$/,
          ),
          advice:
            'The training has diverged: lower learning_rate, set clip_global_norm to 1, or warm up with warmup_steps, ' +
            'and run the stage again.',
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
