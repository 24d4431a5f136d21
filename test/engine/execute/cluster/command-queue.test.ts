import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CommandQueue } from '../../../../src/engine/execute/cluster/command-queue.ts';
import { JobNotes } from '../../../../src/engine/execute/cluster/job-notes.ts';
import type { JobRequest } from '../../../../src/engine/execute/cluster/scheduler.ts';
import type { QueueSettings } from '../../../../src/engine/plan/executor-settings.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

/** A queue whose commands do nothing but what `settings` says. */
function queue(settings: Partial<QueueSettings>): CommandQueue {
  const commands = { submit: ID, status: 'true', cancel: 'true {ids}', states: {} };
  return new CommandQueue(
    { type: 'command', ...commands, ...settings },
    { executor: 'grid', folder, notes: new JobNotes(join(folder, 'notes')), environment: process.env },
  );
}

function request(more: Partial<JobRequest> = {}): JobRequest {
  return {
    ...{ name: 'pipeline-0123456789abcdef', label: 's3', title: 'train', script: 'echo hello\n' },
    ...{ output: join(folder, 'jobs/s3.log'), folder, after: [], cpu: 1, gpu: 0, warning: 120, exclude: [] },
    ...more,
  };
}

/** Prints the id of the job. */
const ID = 'echo 7 # {script}';

describe('a queue of commands', () => {
  test('is handed a file to run, which prints into the output of the job', async () => {
    const grid = queue({ submit: 'sh {script}; echo 7' });
    expect(unwrap(await grid.submit(request()))).toBe('7');
    expect(readFileSync(join(folder, 'jobs/s3.log'), 'utf8')).toBe('hello\n');
  });

  test.each([
    ['qw', 'queued', undefined],
    ['PEND', 'queued', undefined],
    ['r', 'running', undefined],
    ['running', 'running', undefined],
    ['finished', 'ended', 'unknown'],
    ['Eqw', 'ended', 'exited'],
    ['DONE', 'ended', 'succeeded'],
    ['zombie', 'ended', 'preempted'],
    ['dreaming', 'unknown', undefined],
  ])('knows that %s means %s', async (word, phase, ended) => {
    const grid = queue({ submit: ID, status: `echo 6 r; echo 7 ${word} for a while`, states: { zombie: 'preempted' } });
    await grid.submit(request());
    const states = unwrap(await grid.states(['pipeline-0123456789abcdef']));
    expect(states).toMatchObject([{ id: '7', label: 's3', phase, word, reason: 'for a while' }]);
    expect(states[0]?.ended).toBe(ended);
  });

  test('asks for nothing while it has no jobs, and by the ids of all otherwise', async () => {
    const grid = queue({ submit: ID, status: 'echo {ids} >> asked; for id in {ids}; do echo "$id" r; done' });
    expect(unwrap(await grid.states(['pipeline-0123456789abcdef']))).toEqual([]);
    await grid.submit(request());
    await grid.states(['pipeline-0123456789abcdef']);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('7\n');
  });

  test('finds the jobs that an earlier runner has submitted, and those of no other plan', async () => {
    const { name, label, output } = request();
    new JobNotes(join(folder, 'notes')).add({ id: '7', name, label, output });
    const later = queue({ status: 'for id in {ids}; do echo "$id" r; done' });
    expect(unwrap(await later.states(['pipeline-0123456789abcdef']))).toMatchObject([{ id: '7', phase: 'running' }]);
    expect(unwrap(await later.states(['pipeline-fedcba9876543210']))).toEqual([]);
  });

  test('reads the output of a job by its log command, from where it was read before', async () => {
    const grid = queue({ submit: ID, log: 'printf "hello %s" {id}' });
    await grid.submit(request());
    const parts = [
      { path: request().output, from: 6 },
      { path: join(folder, 'other.log'), from: 0 },
    ];
    expect((await grid.output(parts)).map((part) => part && Buffer.from(part).toString())).toEqual(['7', undefined]);
  });

  test('tells a limit, which passes, from a mistake, which does not', async () => {
    const said = async (submit: string) => {
      const submitted = await queue({ submit }).submit(request());
      return submitted.ok ? undefined : submitted.failure.kind;
    };
    expect(await said('echo "qsub: would exceed the limit on job slots" >&2; exit 1 # {script}')).toBe('limit');
    expect(await said('echo "qsub: illegal -c value" >&2; exit 1 # {script}')).toBe('refused');
    expect(await said('echo a b # {script}')).toBe('refused');
  });

  test('says what could not be cancelled', async () => {
    const cancelled = await queue({ cancel: 'echo "no such job {ids}" >&2; exit 1' }).cancel(['7']);
    expect(cancelled.ok ? [] : cancelled.failure).toMatchObject([
      { message: expect.stringContaining('"cancel" of executor "grid" failed'), advice: 'Cancel the jobs yourself: 7' },
    ]);
  });
});
