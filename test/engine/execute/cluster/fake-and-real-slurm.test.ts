import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FakeSlurm } from '../../../support/slurm/fake-slurm.ts';
import { runScript } from '../../../support/slurm/on-path.ts';
import { WALL_CLOCK } from '../../../support/slurm/virtual-clock.ts';
import { NO_SLURM, SlurmSandbox } from '../../../support/slurm-sandbox.ts';

/** Runs a command of Slurm and returns what it prints. */
type Run = (program: string, ...args: readonly string[]) => Promise<string>;

let real: SlurmSandbox | undefined;

beforeAll(async () => {
  if (NO_SLURM === undefined) real = await SlurmSandbox.start();
});
afterAll(async () => real?.stop());

function fake(): Run {
  const slurm = new FakeSlurm({ clock: WALL_CLOCK, work: runScript });
  const environment = { PATH: process.env['PATH'] };
  return async (program, ...args) => (await slurm.run(program, args, { environment, directory: '/tmp' })).stdout;
}

/** Submits jobs that end in all ways, and returns what Slurm says of them, with 1 as the id of the first one. */
async function conversation(run: Run): Promise<readonly string[]> {
  const submit = async (...options: readonly string[]) =>
    (await run('sbatch', '--parsable', '--job-name=talk', '--output=/dev/null', ...options)).trim();
  const first = await submit('--wrap=true', '--comment=a b');
  const failing = await submit('--wrap=exit 3');
  const held = await submit('--hold', '--wrap=true');
  const heldArray = await submit('--hold', '--array=0-3', '--wrap=true');
  const blocked = await submit(`--dependency=afterok:${failing}`, '--kill-on-invalid-dep=yes', '--wrap=true');
  const array = await submit('--array=0-2', '--wrap=test "$SLURM_ARRAY_TASK_ID" != 1');
  const same = await submit(
    '--array=0-2',
    `--dependency=aftercorr:${array}`,
    '--kill-on-invalid-dep=yes',
    '--wrap=true',
  );
  const endless = await submit('--wrap=sleep 600');
  const ids = [first, failing, held, heldArray, blocked, array, same, endless];
  const list = () => run('squeue', '-h', '-r', '-t', 'all', '--name=talk', '-o', '%i|%T|%r|%j|%k', '--sort=i');
  await vi.waitFor(async () => {
    const text = await list();
    expect(text.split('\n').filter((line) => /\|(RUNNING|PENDING|COMPLETING)\|/.test(line))).toHaveLength(6);
  }, 30_000);
  await run('scancel', endless, `${heldArray}_1`, `${heldArray}_2`);
  await vi.waitFor(async () => expect(await list()).not.toMatch(/RUNNING|COMPLETING/), 30_000);
  const said = await list();
  await run('scancel', held, heldArray);
  const numbered = (line: string) => line.replace(/^\d+/, (id) => String(ids.indexOf(id) + 1));
  return said.trim().split('\n').map(numbered).sort();
}

describe.skipIf(NO_SLURM !== undefined)(
  `the simulated Slurm, beside a real one (${NO_SLURM ?? 'which is here'})`,
  () => {
    test('says the same of the same jobs', { timeout: 120_000 }, async () => {
      if (real === undefined) throw new Error('no cluster was started');
      const slurm = real;
      const expected = await conversation((program, ...args) => slurm.run(program, ...args));
      expect(await conversation(fake())).toEqual(expected);
    });
  },
);
