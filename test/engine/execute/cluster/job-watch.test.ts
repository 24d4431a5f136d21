import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobMessage } from '../../../../src/engine/execute/cluster/job-messages.ts';
import { JobWatch } from '../../../../src/engine/execute/cluster/job-watch.ts';
import type { JobState } from '../../../../src/engine/execute/cluster/scheduler.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { PlayedScheduler } from '../../../support/played-scheduler.ts';

/** Follows a job that runs, whose output is read at each turn. */
async function followed(scheduler: PlayedScheduler) {
  const output = `${temporaryFolder()}/s0.log`;
  const place = { name: 'pipeline-1', label: 's0' };
  await scheduler.submit({
    ...{ ...place, title: 'train', script: '', output, folder: '/', after: [] },
    ...{ cpu: 1, gpu: 0, warning: 0, exclude: [] },
  });
  scheduler.becomes('1', { phase: 'running', word: 'RUNNING' });
  const messages: JobMessage[] = [];
  const states: (JobState | undefined)[] = [];
  const watch = new JobWatch(
    scheduler,
    () => [place.name],
    () => undefined,
    { output: 1, soon: 20, seldom: 40 },
  );
  const unfollow = watch.follow({
    ...{ ...place, id: '1', output },
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
  });
  onTestFinished(unfollow);
  return { messages, states };
}

describe('the output of a job', () => {
  test('is read again and again while it is just a file', async () => {
    const scheduler = new PlayedScheduler();
    await followed(scheduler);
    await expect.poll(() => scheduler.asked).toBeGreaterThan(2);
    expect(scheduler.outputsRead).toBeGreaterThan(scheduler.asked);
  });

  test('is read when the scheduler is asked if each time takes a process', async () => {
    const scheduler = new PlayedScheduler();
    scheduler.isOutputCostly = true;
    const { messages } = await followed(scheduler);
    scheduler.prints('1', { type: 'log', message: 'hello' });
    await expect.poll(() => messages).toContainEqual({ type: 'log', message: 'hello' });
    await expect.poll(() => scheduler.asked).toBeGreaterThan(3);
    expect(scheduler.outputsRead).toBeLessThanOrEqual(scheduler.asked);
  });
});

describe('a job that is not listed any more', () => {
  test('is looked up in the accounts at once, and not each time if they say nothing', async () => {
    const scheduler = new PlayedScheduler();
    const { states } = await followed(scheduler);
    await expect.poll(() => states.at(-1)?.word).toBe('RUNNING');
    scheduler.forgets('1');
    const before = scheduler.asked;
    await expect.poll(() => scheduler.asked).toBeGreaterThan(before + 6);
    expect(states.at(-1)).toBe(undefined);
    expect(scheduler.lookedBack.length).toBeLessThanOrEqual(4);
    scheduler.accounts = [
      {
        id: '1',
        name: '',
        label: '',
        phase: 'ended',
        word: 'OUT_OF_MEMORY',
        reason: '',
        nodes: [],
        ended: 'out-of-memory',
      },
    ];
    await expect.poll(() => states.at(-1)?.word).toBe('OUT_OF_MEMORY');
  });
});
