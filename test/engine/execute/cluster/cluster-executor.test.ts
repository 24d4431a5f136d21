import { describe, expect, onTestFinished, test } from 'vitest';
import type { ActionRecord } from '../../../../src/engine/cache/records.ts';
import { executorOn, KEY, messages, PLAN, records, succeeds } from './played-executor.ts';

describe('a job', () => {
  test('whose result is in the cache has succeeded, whatever the scheduler says', async () => {
    const { run } = await executorOn((scheduler, _job, id) => {
      succeeds(scheduler, id);
      scheduler.becomes(id, { phase: 'ended', word: 'FAILED', ended: 'exited' });
    });
    expect(await run()).toEqual({ type: 'succeeded', record: records.get(KEY), seconds: 5 });
    expect(messages).toContainEqual({ type: 'log', message: 'hello' });
  });

  test('has succeeded, too, if its output is lost', async () => {
    const { run } = await executorOn((scheduler, _job, id) => {
      records.set(KEY, { key: KEY, provenance: { run: 'r', seconds: 5 } } as ActionRecord);
      scheduler.becomes(id, { phase: 'ended', word: 'COMPLETED', ended: 'succeeded' });
    });
    expect((await run()).type).toBe('succeeded');
  });

  test.each([
    ['CANCELLED by 1000', 'cancelled', 'cancelled', 'was cancelled outside of this run'],
    ['FAILED', 'exited', 'exited', 'ended without a result on n1 (FAILED)'],
    ['TIMEOUT', 'out-of-time', 'out-of-time', 'reached its time limit on n1 (TIMEOUT)'],
    ['OUT_OF_MEMORY', 'out-of-memory', 'out-of-memory', 'ran out of memory on n1 (OUT_OF_MEMORY)'],
  ] as const)(
    'that ends as %s fails with the cause "%s", and what to do about it',
    async (word, ended, cause, message) => {
      const { run } = await executorOn((scheduler, _job, id) =>
        scheduler.becomes(id, { phase: 'ended', word, ended, nodes: ['n1'] }),
      );
      expect(await run()).toMatchObject({
        type: 'failed',
        failure: {
          ...{ kind: 'job', cause },
          problems: [{ message: expect.stringContaining(message), advice: expect.stringMatching(/[.?]$/) }],
        },
      });
    },
  );

  test('that ran out of memory gets twice as much when it is retried', async () => {
    const { run, scheduler } = await executorOn((played, _job, id) => {
      if (id === '3') succeeds(played, id);
      else played.becomes(id, { phase: 'ended', word: 'OUT_OF_MEMORY', ended: 'out-of-memory' });
    });
    expect([(await run()).type, (await run()).type, (await run()).type]).toEqual(['failed', 'failed', 'succeeded']);
    expect(scheduler.submitted.map(({ memory }) => (memory ?? 0) / 2 ** 30)).toEqual([1, 2, 4]);
    expect(scheduler.submitted[2]?.script).toContain(`--memory ${2 ** 32}`);
  });

  test('whose node fails is submitted again without that node, and one that is preempted as it was', async () => {
    const { run, scheduler } = await executorOn((played, _job, id) => {
      if (id === '1') played.becomes(id, { phase: 'ended', word: 'NODE_FAIL', ended: 'node-failed', nodes: ['n1'] });
      else if (id === '2') played.becomes(id, { phase: 'ended', word: 'PREEMPTED', ended: 'preempted', nodes: ['n2'] });
      else succeeds(played, id);
    });
    expect((await run()).type).toBe('succeeded');
    expect(scheduler.submitted.map(({ exclude }) => exclude)).toEqual([[], ['n1'], ['n1']]);
  });

  test('that the scheduler has forgotten is looked up in its accounts', async () => {
    const { run, scheduler } = await executorOn((played, _job, id) => played.forgets(id));
    scheduler.accounts = [
      {
        ...{ id: '1', name: '', label: '', phase: 'ended', word: 'CANCELLED by 0', reason: '', nodes: [] },
        ended: 'cancelled',
      },
    ];
    expect(await run()).toMatchObject({ failure: { kind: 'job', cause: 'cancelled' } });
  });

  test('of which the scheduler says something unknown counts as running, with a deadline', async () => {
    const { run } = await executorOn((scheduler, _job, id) => {
      scheduler.becomes(id, { phase: 'unknown', word: 'QUANTUM', ended: 'exited' });
    });
    expect(await run()).toMatchObject({ type: 'failed', failure: { kind: 'job' } });
  });

  test('that is queued again tells that its stage waits, and goes on', async () => {
    let asked = 0;
    const { run, scheduler } = await executorOn((played, _job, id) => {
      played.prints(id, { type: 'ended', end: { outcome: 'stopped', requeued: true } });
    });
    const onWait = setInterval(() => {
      if (messages.some(({ type }) => type === 'waiting') && asked++ === 0) succeeds(scheduler, '1');
    }, 1);
    onTestFinished(() => clearInterval(onWait));
    expect((await run()).type).toBe('succeeded');
    expect(messages).toContainEqual({ type: 'waiting', for: 'queue', holder: 'job 1 on cluster' });
  });

  test('goes on when the run is stopped', async () => {
    const { run, scheduler, submissions } = await executorOn(() => undefined);
    const stop = new AbortController();
    const end = run('train', stop.signal);
    await expect.poll(() => scheduler.submitted.length).toBe(1);
    stop.abort();
    expect(await end).toEqual({ type: 'cancelled' });
    expect([...submissions.jobs].map(({ id }) => id)).toEqual(['1']);
  });
});

describe('a scheduler', () => {
  test('that is silent for a while is asked again', async () => {
    const { run, scheduler, silences } = await executorOn((played) => {
      played.isSilent = true;
    });
    const end = run();
    await expect.poll(() => silences.length).toBeGreaterThan(2);
    scheduler.isSilent = false;
    scheduler.becomes('1', { phase: 'ended', word: 'CANCELLED', ended: 'cancelled' });
    expect((await end).type).toBe('failed');
    expect(silences.at(-1)).toBe(undefined);
  });

  test('that refuses a job fails its stage with what it said', async () => {
    const { run, scheduler } = await executorOn(() => undefined);
    const problems = [{ message: 'invalid partition' }];
    scheduler.refusal = { kind: 'refused', problems };
    expect(await run()).toMatchObject({ failure: { kind: 'job', cause: 'not-submitted', problems } });
  });

  test('gets no more jobs than the executor allows, and the next one when one has ended', async () => {
    const { submissions, scheduler, run } = await executorOn(() => undefined);
    await submissions.submit(PLAN.stages);
    expect(scheduler.submitted.map(({ title }) => title)).toEqual(['train', 'other']);
    const [first, second] = [run('train'), run('score')];
    succeeds(scheduler, '1');
    await first;
    await expect.poll(() => scheduler.submitted.length).toBe(3);
    expect(scheduler.submitted[2]).toMatchObject({ title: 'score', after: [] });
    succeeds(scheduler, '3');
    expect((await second).type).toBe('succeeded');
  });

  test('gets a stage with the job that it waits for', async () => {
    const { submissions, scheduler } = await executorOn(() => undefined);
    await submissions.submit(PLAN.stages.filter(({ name }) => name !== 'other'));
    expect(scheduler.submitted.map(({ title, after }) => [title, after])).toEqual([
      ['train', []],
      ['score', [{ kind: 'all', jobs: ['1'] }]],
    ]);
  });
});
