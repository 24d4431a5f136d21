import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import train from '../../stages/train.ts';
import { digestsIn } from '../support/dataset.ts';
import { labelledImages, SIZE } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { continued, historyIn, params } from './training.ts';

const factsIn = (directory = '') => JSON.parse(readFileSync(join(directory, 'pipeline.json'), 'utf8'));

describe('the train stage', () => {
  test('reaches a validation accuracy of more than 95 % on every task', async () => {
    const inputs = await labelledImages(60);
    const { failure, metrics } = await runStage(train, { params: { ...params, epochs: 12 }, inputs });
    expect(failure).toBeUndefined();
    expect(metrics['val_weighted_accuracy']).toBeGreaterThan(0.95);
    expect(metrics['val_accuracy/colour']).toBeGreaterThan(0.95);
    expect(metrics['val_accuracy/shade']).toBeGreaterThan(0.95);
  });

  test('writes a model and the metrics of each epoch, and reports those of the last epoch', async () => {
    const { outputs, metrics } = await runStage(train, { params, inputs: await labelledImages() });
    expect(readdirSync(outputs['model'] ?? '').sort()).toEqual([
      'model.json',
      'pipeline.json',
      'summary.txt',
      'weights.bin',
    ]);
    expect(factsIn(outputs['model'])).toEqual({
      version: 2,
      backbone: 'small-cnn',
      height: SIZE,
      width: SIZE,
      tasks: [
        { name: 'colour', classes: 3 },
        { name: 'shade', classes: 2 },
      ],
      fit: 'fill',
      interpolation: 'antialiased',
      epochs: 2,
      steps: 4,
      loss: { label_smoothing: 0, l2_penalty: 0 },
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

  test('reports progress after each step and logs the metrics of each epoch', async () => {
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

  test('batch_normalization_momentum says how fast the statistics of batch normalization follow the batches', async () => {
    const inputs = await labelledImages();
    const modelWith = async (momentum: object) => {
      const { outputs } = await runStage(train, { params: { ...params, ...momentum }, inputs });
      return digestsIn(outputs['model'] ?? '')['weights.bin'];
    };
    const own = await modelWith({});
    expect(await modelWith({ batch_normalization_momentum: 0.9 }), 'that of the small network').toBe(own);
    expect(await modelWith({ batch_normalization_momentum: 0.5 })).not.toBe(own);
  });

  test('gives a byte-identical model for the same images and params, and another one for another seed', async () => {
    const inputs = await labelledImages();
    const [one, other] = [await runStage(train, { params, inputs }), await runStage(train, { params, inputs })];
    expect(digestsIn(other.outputs['model'] ?? '')).toEqual(digestsIn(one.outputs['model'] ?? ''));
    const reseeded = await runStage(train, { params: { ...params, seed: 1 }, inputs });
    expect(digestsIn(reseeded.outputs['model'] ?? '')).not.toEqual(digestsIn(one.outputs['model'] ?? ''));
  });

  test("lowers the learning rate by the param decay, as Keras' legacy optimizers do", async () => {
    const slowing = {
      ...params,
      optimizer: { sgd: { momentum: 0.9, nesterov: true } },
      schedule: { constant: { decay: 0.5 } },
    };
    const { outputs } = await runStage(train, { params: slowing, inputs: await labelledImages() });
    const rates = historyIn(outputs['history']).map(({ learning_rate }) => learning_rate);
    expect(rates).toEqual([3e-3, 3e-3 / (1 + 0.5 * 2)]);
  });

  test('counts updates, and not batches, in the schedule and the warm-up when it accumulates gradients', async () => {
    const schedule = { constant: { decay: 0.5 } };
    const accumulating = { ...params, epochs: 4, accumulate: 2, schedule, warmup_steps: 2 };
    const { outputs } = await runStage(train, { params: accumulating, inputs: await labelledImages() });
    // Two batches an epoch are one update.
    const rates = historyIn(outputs['history']).map(({ learning_rate }) => learning_rate);
    expect(rates).toEqual([3e-3 / 2, 3e-3, 3e-3, 3e-3 / (1 + 0.5)]);
  });
});

describe('training that continues from a saved model', () => {
  test('starts from its weights and continues counting epochs and steps, so random numbers are not repeated', async () => {
    const inputs = await labelledImages(60);
    const first = await runStage(train, { params: { ...params, epochs: 8 }, inputs });
    const model = first.outputs['model'] ?? '';
    const second = await runStage(train, { params: { ...continued, epochs: 1 }, inputs: { ...inputs, model } });
    expect(second.failure).toBeUndefined();
    const lossAtFirst = historyIn(first.outputs['history'])[0]?.loss ?? 0;
    expect(historyIn(second.outputs['history'])[0]?.loss).toBeLessThan(lossAtFirst / 2);
    expect(factsIn(second.outputs['model'])).toMatchObject({ backbone: 'small-cnn', epochs: 9, steps: 9 * 6 });
  });

  test('fails when the model was trained for other tasks', async () => {
    const { outputs } = await runStage(train, { params, inputs: await labelledImages() });
    const model = outputs['model'] ?? '';
    const onlyColours = await labelledImages(20, { taskOf: () => 'colour' });
    const { failure } = await runStage(train, { params: continued, inputs: { ...onlyColours, model } });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'the model was trained for the tasks colour (3), shade (2), but the targets have colour (3)',
          at: { file: model },
          advice: 'Train a model for these tasks without the input "model".',
        },
      ],
    });
  });
});

describe('training ends early', () => {
  test('with the best weights when the monitored metric stops improving, if early_stopping is set', async () => {
    const inputs = await labelledImages();
    // After the first epoch the learning rate is so small that the weights no longer change.
    const stalling = {
      ...params,
      epochs: 9,
      schedule: { exponential: { decay_rate: 1e-30, decay_steps: 1 } },
      early_stopping: { monitor: 'loss', patience: 2, min_delta: 10, restore_best: true },
    };
    const { logged, outputs, metrics } = await runStage(train, { params: stalling, inputs });
    expect(logged.slice(-2)).toEqual([
      'stopped early after epoch 3: loss has not improved since epoch 1',
      'restored the weights of epoch 1, which has the best loss',
    ]);
    const [first, , last] = historyIn(outputs['history']);
    // The metrics are those of the weights that were kept.
    expect(metrics['loss']).toBe(first?.loss);
    expect(last?.loss).not.toBe(first?.loss);
    expect(factsIn(outputs['model'])).toMatchObject({ epochs: 3, steps: 6 });
    const { outputs: best } = await runStage(train, { params: { ...stalling, epochs: 1 }, inputs });
    const weights = (from: Readonly<Record<string, string>>) => readFileSync(join(from['model'] ?? '', 'weights.bin'));
    expect(weights(outputs).equals(weights(best))).toBe(true);
  });

  test('with a failure that names the step when the loss becomes NaN', async () => {
    const diverging = { ...params, optimizer: 'sgd', learning_rate: 1e30 };
    const { failure, outputs } = await runStage(train, { params: diverging, inputs: await labelledImages() });
    expect(failure).toEqual({
      kind: 'failed',
      problems: [
        {
          message: expect.stringMatching(
            /^the loss became NaN at step [234] with a learning rate of 1e\+30, on the images "Images.*png" and 3 more$/,
          ),
          advice:
            'The training diverged: lower learning_rate, set clip_global_norm to 1, or set warmup_steps, ' +
            'and rerun the stage.',
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
