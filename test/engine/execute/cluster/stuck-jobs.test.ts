import { expect, test } from 'vitest';
import { parseSqueue } from '../../../../src/engine/execute/cluster/slurm-states.ts';
import { executorOn, messages } from './played-executor.ts';

test.each([
  'PartitionConfig',
  'PartitionTimeLimit',
  'JobHeldUser',
  'JobHeldAdmin',
  'AssocGrpCpuLimit',
  'QOSMaxGRESPerUser',
])('a job that waits because of %s has advice', (reason) => {
  expect(parseSqueue(`7|PENDING|${reason}||pipeline-1|s0 train`)).toMatchObject([
    { phase: 'queued', reason, advice: expect.stringMatching(/\.$/) },
  ]);
});

test.each(['None', 'Resources', 'Priority', 'Dependency', 'BeginTime', 'JobArrayTaskLimit'])(
  'a job that waits because of %s needs none',
  (reason) => {
    expect(parseSqueue(`7|PENDING|${reason}||pipeline-1|s0 train`)[0]).not.toHaveProperty('advice');
  },
);

test('a run warns once of jobs that may never start, also if the reason is known only later', async () => {
  const { run, scheduler } = await executorOn(() => undefined);
  const ends = [run('train'), run('other')];
  await expect.poll(() => scheduler.submitted.length).toBe(2);
  const before = scheduler.asked;
  await expect.poll(() => scheduler.asked).toBeGreaterThan(before + 3);
  const stuck = { phase: 'queued', word: 'PENDING', reason: 'PartitionTimeLimit', advice: 'Request less.' } as const;
  for (const id of ['1', '2']) scheduler.becomes(id, stuck);
  const asked = scheduler.asked;
  await expect.poll(() => scheduler.asked).toBeGreaterThan(asked + 3);
  for (const id of ['1', '2']) scheduler.becomes(id, { phase: 'ended', word: 'CANCELLED', ended: 'cancelled' });
  await Promise.all(ends);
  expect(messages.filter(({ type }) => type === 'warning')).toEqual([
    {
      type: 'warning',
      problem: {
        message: 'job 1 of stage "train" may never start: Slurm says PartitionTimeLimit',
        advice: 'Request less.',
      },
    },
  ]);
});
