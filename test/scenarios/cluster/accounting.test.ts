import { describe, expect, test } from 'vitest';
import { toFinished } from '../../support/project.ts';
import { ACCOUNTING_PROGRAMS } from '../../support/slurm-accounts.ts';
import { missingAmong, NO_SLURM } from '../../support/slurm-sandbox.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { ARRAY, inCluster, TestCluster } from './in-cluster.ts';

const missing = missingAmong(ACCOUNTING_PROGRAMS);
const SKIPPED =
  NO_SLURM ?? (missing && `there is no ${missing}: apt-get install --no-install-recommends slurmdbd mariadb-server`);

const cluster = new TestCluster({ accounting: true }, SKIPPED);

describe.skipIf(SKIPPED !== undefined)(`a cluster that keeps accounts (${SKIPPED ?? 'a real one'})`, () => {
  test('says that a task of an array was cancelled while it waited, although Slurm keeps no account of it', async () => {
    const project = inCluster(ARRAY, ', options: ["--hold"]');
    const run = project.start(['run', '--json', '--executor', 'cluster'], cluster.slurm.environment);
    const printed = printedBy(run);
    await cluster.slurm.until(async () => (await cluster.jobs()).length === 3);
    const array = (await cluster.slurm.run('squeue', '-h', '-o', '%F')).trim();
    await cluster.slurm.run('scancel', `${array}_1`);
    await printed(`job ${array}_1 of stage \\"write@seed=2\\" was cancelled`);
    await cluster.slurm.run('scancel', array);
    const { stages, exitCode } = toFinished(await run);
    expect(exitCode).toBe(1);
    expect(stages.map(({ failure }) => failure?.cause)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });
});
