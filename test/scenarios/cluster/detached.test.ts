import { describe, expect, test, vi } from 'vitest';
import type { FakeSlurm } from '../../support/slurm/fake-slurm.ts';
import { isOver } from '../../support/slurm/job.ts';
import { copying, fakeCluster } from './fake-cluster.ts';
import { ARRAY, inCluster } from './in-cluster.ts';

/** Resolves when no job of a cluster is queued or running. */
function ended({ cluster }: FakeSlurm): Promise<boolean> {
  return vi.waitUntil(() => cluster.jobs.every(isOver), { timeout: 60_000 });
}

/** A pipeline whose first stage fails, until the file `text.txt` is there. */
function failing() {
  return inCluster({
    'pipeline.yaml': `stages:
  first: { command: "ls ../text.txt > {outputs.list}", shell: true, outputs: [list], executor: cluster }
  second: { command: "cp {inputs.list} {outputs.copy}", inputs: { list: first.list }, outputs: [copy], executor: cluster }
`,
  });
}

describe('`attach` to a run whose jobs have ended', () => {
  test('shows what failed, as often as it is asked, and submits nothing', async () => {
    const { slurm, environment } = await fakeCluster();
    const project = failing();
    await project.pipelineWith(environment, 'run', '--detach');
    await ended(slurm);
    for (let times = 0; times < 2; times++) {
      const { stages, exitCode, stderr } = await project.pipelineWith(environment, 'attach', '--json');
      expect(
        stages.map(({ outcome }) => outcome),
        stderr,
      ).toEqual(['failed', 'blocked']);
      expect(stages[0]?.failure).toMatchObject({ kind: 'crashed' });
      expect(exitCode).toBe(1);
    }
    expect(slurm.cluster.jobs, 'nothing was submitted again').toHaveLength(2);
    await project.pipelineWith(environment, 'run');
    expect(slurm.cluster.jobs.length, '`run` submits it again').toBeGreaterThan(2);
    expect((await project.pipelineWith(environment, 'runs')).stdout).not.toContain('whose jobs');
  });

  test('shows that all is well', async () => {
    const { slurm, environment } = await fakeCluster();
    const project = copying();
    await project.pipelineWith(environment, 'run', '--detach', '--force');
    await ended(slurm);
    const { stages, exitCode } = await project.pipelineWith(environment, 'attach', '--json');
    expect([stages.map(({ outcome }) => outcome), exitCode]).toEqual([['ran'], 0]);
    expect((await project.pipelineWith(environment, 'status')).stdout).not.toContain('whose jobs');
    expect(slurm.cluster.jobs).toHaveLength(1);
  });

  test('says that it was cancelled, and what to do', async () => {
    const { slurm, environment } = await fakeCluster({ schedule: 600_000 });
    const project = copying();
    await project.pipelineWith(environment, 'run', '--detach');
    await project.pipelineWith(environment, 'cancel');
    const { exitCode, stdout } = await project.pipelineWith(environment, 'attach');
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^run \S+ was cancelled just now: .*\n→ To run the others: pipeline run$/);
    expect(slurm.cluster.jobs).toHaveLength(1);
  });

  test.each([
    [true, 'cancelled', 'was cancelled outside of this run (CANCELLED by 0'],
    [false, 'lost', 'is gone, and the cache has no result of it'],
  ])(
    'says how a job ended that Slurm does not list any more; with accounts: %s',
    async (accounting, cause, message) => {
      const { slurm, environment } = await fakeCluster({ accounting, minJobAge: 0 });
      const project = copying();
      project.edit('pipeline.yaml', 'command: "cp ', 'command: "sleep 600; cp ');
      project.edit('pipeline.yaml', ', executor', ', shell: true, executor');
      await project.pipelineWith(environment, 'run', '--detach');
      await vi.waitUntil(() => slurm.cluster.jobs[0]?.state === 'RUNNING', { timeout: 60_000 });
      await vi.waitUntil(() => project.exists('cache/work'), { timeout: 60_000 });
      await slurm.run('scancel', ['1']);
      await ended(slurm);
      const { stages, stdout } = await project.pipelineWith(environment, 'attach', '--json');
      expect(stages[0]?.failure).toMatchObject({ kind: 'job', cause });
      expect(stdout).toContain(message);
      expect(slurm.cluster.jobs).toHaveLength(1);
    },
  );
});

describe('`status` and `runs`', () => {
  test('show the jobs that are queued and running, until the run has ended', async () => {
    const { slurm, environment } = await fakeCluster({ nodes: 1, cpusPerNode: 1 });
    const project = inCluster(ARRAY);
    project.edit('pipeline.yaml', 'command: echo', 'command: sleep 600; echo');
    const command = (...words: readonly string[]) => project.pipelineWith(environment, ...words);
    await command('run', '--executor', 'cluster', '--detach');
    await vi.waitUntil(() => slurm.cluster.jobs[0]?.state === 'RUNNING', { timeout: 60_000 });
    const shown = /^run (\S+), whose jobs were submitted just now: 1 running, 2 queued$/m;
    const { stdout } = await command('status');
    const run = shown.exec(stdout)?.[1];
    expect(stdout).toContain('  write@seed=1: job 1_0 on "cluster", running on n1\n');
    expect(stdout).toContain('  write@seed=3: job 1_2 on "cluster", queued (Resources)\n');
    expect(stdout).toContain(`→ pipeline attach ${run}`);
    expect((await command('runs')).stdout).toMatch(shown);
    const lines = (await command('status', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: 'submitted-run', run, jobs: [{ job: '1_0', phase: 'running' }, {}, {}] });
    expect(lines.at(-1)).toMatchObject({ type: 'run-finished' });
    await slurm.run('scancel', ['1']);
    await ended(slurm);
    expect((await command('runs')).stdout).toContain('just now: they have ended\n→ ');
    await command('attach');
    expect((await command('status')).stdout).not.toContain('whose jobs');
  });
});
