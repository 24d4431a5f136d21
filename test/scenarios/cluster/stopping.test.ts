import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toFinished } from '../../support/project.ts';
import { NO_SLURM } from '../../support/slurm-sandbox.ts';
import { Terminal } from '../../support/terminal.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { HELD, inCluster, TestCluster } from './in-cluster.ts';

const cluster = new TestCluster();

describe.skipIf(NO_SLURM !== undefined)(`stages on Slurm (${NO_SLURM ?? 'a real one'})`, () => {
  test('that are cancelled from outside fail, and say so', async () => {
    const { gate, environment } = await cluster.gate();
    const project = inCluster(HELD);
    const run = project.start(['run', '--json', 'a'], environment);
    await gate.next();
    await cluster.slurm.run('scancel', '--user=root');
    const finished = toFinished(await run);
    expect(finished.stages[0]).toMatchObject({ outcome: 'failed', failure: { kind: 'job', cause: 'cancelled' } });
    expect(finished.stderr).toContain('was cancelled outside of this run');
  });

  test('go on when the runner is killed, and another one finds them', async () => {
    const { gate, environment } = await cluster.gate();
    const project = inCluster(HELD);
    mkdirSync(project.path('elsewhere'));
    const before = (await cluster.jobs()).length;
    const first = project.start(['run', '--json'], environment);
    const held = [await gate.next(), await gate.next()];
    first.kill('SIGKILL');
    await first;
    const second = project.start(['run', '--json'], environment, 'elsewhere');
    const printed = printedBy(second);
    for (const text of ['holding a', 'holding c']) await printed(text);
    for (const stage of held) stage.finish();
    const last = await gate.next();
    expect(last.name).toBe('b');
    last.finish();
    const finished = toFinished(await second);
    expect(finished.which('ran'), finished.stderr).toEqual(['a', 'b', 'c']);
    expect((await cluster.jobs()).length - before, 'each was submitted once').toBe(3);
  });

  test('can be submitted without waiting, followed later, and cancelled', async () => {
    const { gate, environment } = await cluster.gate();
    const project = inCluster(HELD);
    const detached = await project.pipelineWith(environment, 'run', '--detach');
    expect(detached.stdout, detached.stderr).toMatch(/3 jobs on "cluster" queued or running \(run \S+\)/);
    const held = [await gate.next(), await gate.next()];
    project.edit('stages/hold.ts', "log('holding '", "log('edited '");
    const attached = project.start(['attach', '--json'], environment);
    const printed = printedBy(attached);
    for (const text of ['holding a', 'holding c']) await printed(text);
    for (const stage of held) stage.finish();
    (await gate.next()).finish();
    const finished = toFinished(await attached);
    expect(finished.which('ran'), finished.stderr).toEqual(['a', 'b', 'c']);
    expect(finished.stdout).not.toContain('edited');

    await project.pipelineWith(environment, 'run', '--detach');
    await gate.next();
    const cancelled = await project.pipelineWith(environment, 'cancel');
    expect(cancelled.stdout).toMatch(/^cancelled 3 jobs of run /);
    const again = async () => (await project.pipelineWith(environment, 'cancel')).stdout;
    await cluster.slurm.until(async () => (await again()).includes('has no jobs any more'));
  });

  test('are cancelled by Ctrl-C, and stay when the runner is asked to end otherwise', async () => {
    const { gate, environment } = await cluster.gate();
    const project = inCluster(HELD);
    const first = project.start(['run', 'a'], environment);
    const held = await gate.next();
    first.kill('SIGTERM');
    expect((await first).stdout).toContain('1 job on "cluster"');
    const second = project.start(['run', 'a'], environment);
    await printedBy(second)('holding a');
    second.kill('SIGINT');
    expect((await second).stdout).toContain('cancelled 1 job on "cluster"');
    await held.gone;
  });

  test.each([
    ['y', /cancelled 1 job on "cluster"/],
    ['n', /1 job on "cluster" queued or running/],
  ])('are cancelled or not by Ctrl-C in a terminal, as the user answers: %s', async (answer, says) => {
    const { gate, environment } = await cluster.gate();
    const project = inCluster(HELD);
    const typed = (output: string) =>
      output.includes('holding a') ? '\x03' : output.includes('[y/N]') ? `${answer}\r` : '';
    const terminal = new Terminal(project, ['run', 'a'], { columns: 100, rows: 30 }, environment, typed);
    const held = await gate.next();
    await terminal.shows(says);
    expect(await terminal.ended()).toBe(130);
    if (answer === 'n') await project.pipelineWith(environment, 'cancel');
    await held.gone;
  });

  test('go on while the controller is restarted', async () => {
    const { gate, environment } = await cluster.gate();
    const run = inCluster(HELD).start(['run', '--json', 'a'], environment);
    const held = await gate.next();
    await cluster.slurm.end('slurmctld');
    held.finish();
    cluster.slurm.startController();
    expect(toFinished(await run).which('ran')).toEqual(['a']);
  });
});
