import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import train from '../../stages/train.ts';
import { digestsIn, temporaryFolder } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { params } from './training.ts';

describe('an interrupted training run', () => {
  const interrupted = { ...params, epochs: 3, checkpoint_minutes: 60 };

  /** Interrupts a training run when it reports `steps` steps, and then resumes it. */
  async function interruptAndResume(inputs: Readonly<Record<string, string>>, more: object, steps: number) {
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
    ['with Adam', {}, 3],
    ['with SGD with momentum', { optimizer: { sgd: { momentum: 0.9 } } }, 5],
    ['with Lion', { optimizer: { lion: { weight_decay: 0.1 } } }, 3],
    ['with AdamW and averaged weights', { optimizer: 'adamw', ema: { momentum: 0.9 } }, 3],
    ['in eager mode', { execution: 'eager' }, 3],
    ['with frozen layers', { freeze: 'block2_relu' }, 3],
    ['with the best weights restored', { early_stopping: { monitor: 'loss', restore_best: true }, warmup_steps: 4 }, 5],
  ])('resumes and gives a byte-identical model %s', async (_, more, steps) => {
    const inputs = await labelledImages();
    const undisturbed = await runStage(train, { params: { ...interrupted, ...more }, inputs });
    const { logged, progress, ...resumed } = await interruptAndResume(inputs, more, steps);
    // When the progress of a step is reported, the next one is running, and runs to its end.
    expect(logged[0]).toBe(
      `resumed from the checkpoint at step ${steps + 1}, ${Math.floor(steps / 2)} of 3 epochs completed`,
    );
    expect(progress[0]?.done ?? 6).toBe(Math.min(steps + 2, 6));
    expect(files(resumed)).toEqual(files(undisturbed));
  });

  test.each(['graph', 'eager'])(
    'also resumes between two batches of one update, with averaged weights (%s)',
    async (execution) => {
      const inputs = await labelledImages();
      const accumulating = { execution, accumulate: 2, batch_size: 4, ema: {} };
      const undisturbed = await runStage(train, { params: { ...interrupted, ...accumulating }, inputs });
      const resumed = await interruptAndResume(inputs, accumulating, 2);
      expect(resumed.logged[0]).toBe('resumed from the checkpoint at step 3, 0 of 3 epochs completed');
      expect(files(resumed)).toEqual(files(undisturbed));
    },
  );

  test('also resumes if it was interrupted while it validated an epoch', async () => {
    const inputs = await labelledImages();
    const undisturbed = await runStage(train, { params: interrupted, inputs });
    const work = temporaryFolder();
    const cancelled = new AbortController();
    const first = runStage(train, {
      params: interrupted,
      inputs,
      work,
      signal: cancelled.signal,
      onProgress: ({ done }) => {
        // After the last step of the first epoch, the validation is next to read something.
        if (done === 2) setImmediate(() => cancelled.abort(new Error('the run was cancelled')));
      },
    });
    await expect(first).rejects.toThrow('the run was cancelled');
    const resumed = await runStage(train, { params: interrupted, inputs, work });
    expect(resumed.logged[0]).toBe('resumed from the checkpoint at step 2, 0 of 3 epochs completed');
    expect(files(resumed)).toEqual(files(undisturbed));
  });

  test('starts over with a warning when its checkpoint is corrupted', async () => {
    const inputs = await labelledImages();
    const undisturbed = await runStage(train, { params: interrupted, inputs });
    const work = temporaryFolder();
    await runStage(train, { params: interrupted, inputs, work });
    const [name = ''] = readdirSync(work);
    const bytes = readFileSync(join(work, name));
    bytes[5_000] = (bytes[5_000] ?? 0) ^ 1;
    writeFileSync(join(work, name), bytes);
    const again = await runStage(train, { params: interrupted, inputs, work });
    expect(again.logged[0]).toBe('warning: skipped step-00000006.checkpoint: the checkpoint is corrupted');
    expect(again.progress[0]?.done).toBe(1);
    expect(files(again)).toEqual(files(undisturbed));
  });

  test('takes no more steps when the last epoch was already completed', async () => {
    const inputs = await labelledImages();
    const work = temporaryFolder();
    const first = await runStage(train, { params: interrupted, inputs, work });
    expect(readdirSync(work)).toEqual(['step-00000006.checkpoint']);
    const again = await runStage(train, { params: interrupted, inputs, work });
    expect(again.progress).toEqual([]);
    expect(files(again)).toEqual(files(first));
  });
});
