import { describe, expect, test } from 'vitest';
import { FakeSlurm, type FakeSlurmOptions } from '../../../support/slurm/fake-slurm.ts';
import { simulatedWork } from '../../../support/slurm/simulated-work.ts';
import { VirtualClock } from '../../../support/slurm/virtual-clock.ts';

const SECOND = 1000;

/** A cluster whose jobs take ten seconds each and fail if their script is `exit 1`. */
function slurmWith(options: Partial<FakeSlurmOptions> = {}) {
  const clock = new VirtualClock();
  const work = simulatedWork(
    clock,
    () => 10 * SECOND,
    async ({ request }) => {
      return { kind: 'exited', code: request.script.includes('exit 1') ? 1 : 0 };
    },
  );
  const slurm = new FakeSlurm({ clock, work, ...options });
  const run = (program: string, ...args: readonly string[]) => clock.until(slurm.run(program, args));
  return { clock, slurm, run };
}

type Run = ReturnType<typeof slurmWith>['run'];

async function submit(run: Run, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('sbatch', '--parsable', ...args);
  return stdout.trim();
}

async function statesIn(run: Run): Promise<Record<string, string>> {
  const { stdout } = await run('squeue', '-h', '-r', '-t', 'all', '-o', '%i %T');
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
}

describe('the simulated Slurm', () => {
  test('runs a job after the jobs that it depends on', async () => {
    const { clock, run } = slurmWith();
    const first = await submit(run, '--wrap=true');
    const second = await submit(run, `--dependency=afterok:${first}`, '--wrap=true');
    await clock.until(clock.sleep(5 * SECOND));
    expect(await statesIn(run)).toEqual({ [first]: 'RUNNING', [second]: 'PENDING' });
    await clock.until(clock.sleep(10 * SECOND));
    expect(await statesIn(run)).toEqual({ [first]: 'COMPLETED', [second]: 'RUNNING' });
    expect(clock.now()).toBe(15 * SECOND);
  });

  test('cancels a job with --kill-on-invalid-dep whose dependency has failed, and lets others wait for ever', async () => {
    const { clock, run } = slurmWith();
    const first = await submit(run, '--wrap=exit 1');
    const after = `--dependency=afterok:${first}`;
    const killed = await submit(run, after, '--kill-on-invalid-dep=yes', '--wrap=true');
    const hanging = await submit(run, after, '--wrap=true');
    await clock.until(clock.sleep(60 * SECOND));
    expect(await statesIn(run)).toEqual({ [first]: 'FAILED', [killed]: 'CANCELLED', [hanging]: 'PENDING' });
  });

  test('runs each job of an array after the one with the same index of another array', async () => {
    const { clock, run } = slurmWith({ nodes: 1, cpusPerNode: 2 });
    const first = await submit(run, '--array=0-1%1', '--wrap=true');
    const second = await submit(run, '--array=0-1', `--dependency=aftercorr:${first}`, '--wrap=true');
    await clock.until(clock.sleep(15 * SECOND));
    expect(await statesIn(run)).toEqual({
      [`${first}_0`]: 'COMPLETED',
      [`${first}_1`]: 'RUNNING',
      [`${second}_0`]: 'RUNNING',
      [`${second}_1`]: 'PENDING',
    });
  });

  test('shows the waiting jobs of an array in one line', async () => {
    const { clock, run } = slurmWith({ nodes: 1, cpusPerNode: 1 });
    const id = await submit(run, '--array=0-3,9', '--wrap=true');
    await clock.until(clock.sleep(1 * SECOND));
    expect((await run('squeue', '-h', '-o', '%i %T %r')).stdout).toBe(
      `${id}_0 RUNNING None\n${id}_[1-3,9] PENDING Resources\n`,
    );
  });

  test('ends a job whose time is up, after a warning if it wants one', async () => {
    const { clock, run } = slurmWith();
    const id = await submit(run, '--time=0:05', '--wrap=true');
    await clock.until(clock.sleep(9 * SECOND));
    expect((await run('sacct', '-n', '-P', '-X', '-o', 'JobID,State,ExitCode')).stdout).toBe(`${id}|TIMEOUT|0:15\n`);
  });

  test('says who has cancelled a job', async () => {
    const { clock, run } = slurmWith();
    const id = await submit(run, '--wrap=true');
    await run('scancel', id);
    await clock.until(clock.sleep(1 * SECOND));
    expect((await run('sacct', '-n', '-P', '-X', '-o', 'State')).stdout).toBe('CANCELLED by 0\n');
  });

  test('queues a job again whose node has failed', async () => {
    const { clock, slurm, run } = slurmWith();
    const id = await submit(run, '--wrap=true');
    await clock.until(clock.sleep(5 * SECOND));
    slurm.cluster.fail('n1');
    await clock.until(clock.sleep(5 * SECOND));
    expect((await run('squeue', '-h', '-o', '%i %T %N')).stdout).toBe(`${id} RUNNING n2\n`);
  });

  test('refuses jobs beyond the limit of a user', async () => {
    const { run } = slurmWith({ maxSubmit: 3 });
    await submit(run, '--array=0-2', '--wrap=true');
    expect(await run('sbatch', '--wrap=true')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('job submit limit'),
    });
  });

  test('may accept a job and never answer', async () => {
    const { clock, slurm, run } = slurmWith({
      trouble: ({ program }) => (program === 'sbatch' ? { kind: 'lost' } : undefined),
    });
    const late = AbortSignal.abort(new Error('no answer'));
    await expect(clock.until(slurm.run('sbatch', ['--wrap=true'], { signal: late }))).rejects.toThrow('no answer');
    const waiting = new AbortController();
    const answer = slurm.run('sbatch', ['--wrap=true'], { signal: waiting.signal });
    await clock.until(clock.sleep(1 * SECOND));
    waiting.abort(new Error('no answer'));
    await expect(answer).rejects.toThrow('no answer');
    expect(Object.values(await statesIn(run))).toEqual(['RUNNING']);
  });

  test('keeps 200 nodes busy with 5,000 jobs', async () => {
    const { clock, slurm, run } = slurmWith({ nodes: 200, cpusPerNode: 1, maxArraySize: 5001 });
    await submit(run, '--array=0-4999', '--wrap=true');
    const done = (async () => {
      while (slurm.cluster.jobs.some(({ state }) => state !== 'COMPLETED')) await clock.sleep(SECOND);
    })();
    await clock.until(done);
    const ends = slurm.cluster.jobs.map(({ ended = 0 }) => ended);
    expect(Math.max(...ends)).toBe((5000 / 200) * 10 * SECOND);
  });
});
