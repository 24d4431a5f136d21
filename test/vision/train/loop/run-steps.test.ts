import { describe, expect, test } from 'vitest';
import { success } from '../../../../src/shared/problem.ts';
import { type EpochOptions, runSteps } from '../../../../src/vision/train/loop/run-steps.ts';
import type { LabelledImages } from '../../../../src/vision/train/samples/labelled-images.ts';
import type { StepResult, Trainer } from '../../../../src/vision/train/step/trainer.ts';

/** Six samples of one pixel each, in batches of two. */
const data = {
  shards: { height: 1, width: 1, rowOf: () => 0, readRows: async () => success(undefined) },
  targets: { file: (sample: number) => `${sample}.jpg`, labels: () => [{ task: 0, text: 'y', classIndex: 0 }] },
} as unknown as LabelledImages;

/** A trainer whose steps end when the test says so, and what has happened to each. */
function controlledTrainer() {
  const events: string[] = [];
  const ends: ((result: StepResult) => void)[] = [];
  const prepareStep: Trainer['prepareStep'] = (_, { step }) => {
    events.push(`prepare ${step}`);
    return {
      run() {
        events.push(`run ${step}`);
        return new Promise((resolve) => {
          ends[step] = resolve;
        });
      },
      discard: () => events.push(`discard ${step}`),
    };
  };
  const end = (step: number, loss = 1) => {
    events.push(`end ${step}`);
    ends[step]?.({ loss, outputs: new Float32Array(2) });
  };
  return { events, end, trainer: { prepareStep } as Trainer };
}

function stepsOf(trainer: Trainer, isPauseDue: () => boolean = () => false) {
  const options: EpochOptions = {
    ...{ trainer, data, isPauseDue, samples: Int32Array.from({ length: 6 }, (_, sample) => sample) },
    ...{
      batchSize: 2,
      seed: 1,
      epoch: 0,
      firstStep: 0,
      firstStepInStage: 0,
      firstUpdate: 0,
      accumulate: 1,
      rateAt: () => 0.1,
    },
  };
  return runSteps(options, 0);
}

/** Lets everything happen that waits for nothing but other promises. */
const settle = () => new Promise(setImmediate);

describe('while a step is running', () => {
  test('the next one is prepared, and it starts before the result of the first is dealt with', async () => {
    const { trainer, events, end } = controlledTrainer();
    const steps = stepsOf(trainer);
    const first = steps.next();
    await settle();
    expect(events).toEqual(['prepare 0', 'run 0', 'prepare 1']);
    end(0);
    expect((await first).value).toMatchObject({ ok: true, value: { index: 0, isPaused: false } });
    expect(events.slice(3)).toEqual(['end 0', 'run 1']);
    end(1);
    await steps.return();
  });

  test('the next one stays prepared if a pause is due, and starts when the first has been dealt with', async () => {
    const { trainer, events, end } = controlledTrainer();
    const steps = stepsOf(trainer, () => true);
    const first = steps.next();
    await settle();
    end(0);
    expect((await first).value).toMatchObject({ value: { index: 0, isPaused: true } });
    expect(events.slice(3)).toEqual(['end 0']);
    const second = steps.next();
    await settle();
    expect(events.slice(4)).toEqual(['run 1', 'prepare 2']);
    end(1);
    await second;
    await steps.return();
    expect(events.slice(6)).toEqual(['end 1', 'discard 2']);
  });
});

test('after a step whose loss is not finite none is started, and the failure names its images', async () => {
  const { trainer, events, end } = controlledTrainer();
  const steps = stepsOf(trainer);
  const first = steps.next();
  await settle();
  end(0, Number.NaN);
  expect((await first).value).toMatchObject({
    failure: [
      { message: expect.stringMatching(/^the loss became NaN at step 1 .* on the images "\d\.jpg", "\d\.jpg"$/) },
    ],
  });
  expect((await steps.next()).done).toBe(true);
  expect(events.slice(3)).toEqual(['end 0', 'discard 1']);
});

test('the last step is paused: no other one is running', async () => {
  const { trainer, end } = controlledTrainer();
  const paused: boolean[] = [];
  const steps = stepsOf(trainer);
  for (let step = 0; step < 3; step += 1) {
    const next = steps.next();
    await settle();
    end(step);
    const { value } = await next;
    if (value?.ok) paused.push(value.value.isPaused);
  }
  expect(paused).toEqual([false, false, true]);
  expect((await steps.next()).done).toBe(true);
});
