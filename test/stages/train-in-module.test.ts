import { adamW, type Optimizer, type Schedule, trainStage } from 'pipeline/vision';
import { describe, expect, test } from 'vitest';
import train from '../../stages/train.ts';
import { digestsIn } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { historyIn, params } from './training.ts';

const modelOf = ({ outputs }: Awaited<ReturnType<typeof runStage>>) => digestsIn(outputs['model'] ?? '')['weights.bin'];

describe('a training whose module gives the optimizer and the schedule', () => {
  test('is the same as one whose params say them', async () => {
    const inputs = await labelledImages();
    const stage = trainStage({
      optimizer: adamW({ weightDecay: 0.1 }),
      schedule: ({ step, steps, learningRate }) => learningRate * (1 - step / (steps - 1)),
    });
    const given = await runStage(stage, { params, inputs });
    const chosen = { ...params, optimizer: { adamw: { weight_decay: 0.1 } }, schedule: 'linear' };
    const expected = await runStage(train, { params: chosen, inputs });
    expect(given.failure).toBeUndefined();
    expect(historyIn(given.outputs['history']).map(({ learning_rate }) => learning_rate)).toEqual([
      params.learning_rate,
      params.learning_rate * (1 - 2 / 3),
    ]);
    expect(modelOf(given)).toBe(modelOf(expected));
  });

  test.each<[string, object, string]>([
    ['an optimizer that is none', { optimizer: 'adam' }, "optimizer is 'adam', not an optimizer"],
    [
      'an optimizer that returns nothing',
      { optimizer: { name: 'mine', slots: 0, update: () => undefined } },
      'optimizer "mine" returned undefined, expected { weight, slots }',
    ],
    ['a schedule that is none', { schedule: 0.1 }, 'schedule is 0.1, expected a function'],
    [
      'a schedule that has no rate for some step',
      { schedule: ({ step }: { readonly step: number }) => (step < 3 ? 0.1 : Number.NaN) },
      'the schedule returned NaN for step 3 of 4 with the learning rate 0.003',
    ],
  ])('fails with what is wrong with it: %s', async (_, options, message) => {
    const stage = trainStage(options as { optimizer?: Optimizer; schedule?: Schedule });
    const { failure } = await runStage(stage, { params, inputs: await labelledImages() });
    expect(failure).toEqual({ kind: 'failed', problems: [{ message, advice: expect.any(String) }] });
  });
});

describe('a training with averaged weights', () => {
  const averaged = { ...params, epochs: 3, ema: { momentum: 0.5 } };

  test('takes the same steps, and validates and saves other weights', async () => {
    const inputs = await labelledImages();
    const [plain, ema] = [
      await runStage(train, { params: { ...params, epochs: 3 }, inputs }),
      await runStage(train, { params: averaged, inputs }),
    ];
    const losses = (of: typeof plain) => historyIn(of.outputs['history']).map(({ loss }) => loss);
    const validated = (of: typeof plain) => historyIn(of.outputs['history']).map(({ val_loss }) => val_loss);
    expect(losses(ema)).toEqual(losses(plain));
    expect(validated(ema)).not.toEqual(validated(plain));
    expect(modelOf(ema)).not.toBe(modelOf(plain));
  });

  test('saves the averages of the best epoch if the best weights are restored', async () => {
    const inputs = await labelledImages();
    const restoring = { ...averaged, early_stopping: { monitor: 'loss', restore_best: true } };
    const restored = await runStage(train, { params: restoring, inputs });
    const losses = historyIn(restored.outputs['history']).map(({ loss }) => loss);
    const best = await runStage(train, {
      params: { ...averaged, epochs: losses.indexOf(Math.min(...losses)) + 1 },
      inputs,
    });
    expect(modelOf(restored)).toBe(modelOf(best));
  });

  test('is the one without them if an average keeps nothing', async () => {
    const inputs = await labelledImages();
    const without = await runStage(train, { params: { ...params, optimizer: { sgd: {} } }, inputs });
    const { outputs } = await runStage(train, {
      params: { ...params, optimizer: { sgd: {} }, ema: { momentum: 0 } },
      inputs,
    });
    expect(digestsIn(outputs['model'] ?? '')).toEqual(digestsIn(without.outputs['model'] ?? ''));
    expect(historyIn(outputs['history'])).toEqual(historyIn(without.outputs['history']));
  });
});
