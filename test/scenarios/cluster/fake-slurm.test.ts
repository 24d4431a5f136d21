import { expect, test, vi } from 'vitest';
import { type Project, toFinished } from '../../support/project.ts';
import type { FakeSlurmOptions } from '../../support/slurm/fake-slurm.ts';
import { TOY } from '../cli/toy-pipeline.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { copying, fakeCluster } from './fake-cluster.ts';
import { ARRAY, inCluster } from './in-cluster.ts';

async function runToy(options: Partial<FakeSlurmOptions> = {}, change: (project: Project) => void = () => undefined) {
  const { slurm, environment } = await fakeCluster(options);
  const project = inCluster(TOY);
  change(project);
  const finished = await project.pipelineWith(environment, 'run', '--json', '--executor', 'cluster');
  return { slurm, ...finished };
}

test('a pipeline runs on Slurm, which gets all stages at once and is asked only by its commands', async () => {
  const { slurm, stages } = await runToy();
  expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'ran', 'ran']);
  expect(slurm.cluster.jobs.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
  expect(slurm.cluster.jobs[3]?.request.dependencies).toHaveLength(2);
});

test('a submission whose answer is lost is not made twice', { timeout: 180_000 }, async () => {
  let lost = false;
  const { slurm, stages } = await runToy({
    trouble: ({ program }) => {
      if (program !== 'sbatch' || lost) return undefined;
      lost = true;
      return { kind: 'fails-late', message: 'Unable to contact slurm controller (connect failure)' };
    },
  });
  expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'ran', 'ran']);
  expect(slurm.cluster.jobs).toHaveLength(4);
});

test('what follows from a stage that failed never starts, and the rest does', async () => {
  const { slurm, stages } = await runToy({}, (project) =>
    project.edit('stages/count.ts', 'const words = ', "throw new Error('no luck');\n    const words = "),
  );
  expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'failed', 'blocked']);
  expect(slurm.cluster.jobs.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'FAILED', 'CANCELLED']);
});

test('a job that has ended, and is still listed because of a slow epilog, is not taken for that of a later run', async () => {
  const { slurm, environment } = await fakeCluster({ complete: 600_000 });
  const project = copying();
  const run = async (...options: readonly string[]) => {
    const { stages } = await project.pipelineWith(environment, 'run', '--json', ...options);
    return [stages[0]?.outcome, stages[0]?.outputs?.['text']];
  };
  const first = await run();
  project.write('text.txt', 'two');
  const second = await run();
  expect([first[0], second[0]]).toEqual(['ran', 'ran']);
  expect(second[1]).not.toEqual(first[1]);
  expect(await run('--force')).toEqual(second);
  expect(slurm.cluster.jobs.map(({ state }) => state)).toEqual(['COMPLETING', 'COMPLETING', 'COMPLETING']);
});

test.each([true, false])(
  'a task of an array that is cancelled while it waits fails at once; with accounts: %s',
  async (accounting) => {
    const { slurm, environment } = await fakeCluster({ schedule: 600_000, accounting });
    const run = inCluster(ARRAY).start(['run', '--json', '--executor', 'cluster'], environment);
    const printed = printedBy(run);
    // Once for jobs of an earlier runner, and then for these.
    const queries = () => slurm.calls.filter(({ program }) => program === 'squeue');
    await vi.waitUntil(() => queries().length > 1, { timeout: 30_000 });
    await slurm.run('scancel', ['1_1']);
    await printed('job 1_1 of stage \\"write@seed=2\\" was cancelled');
    await slurm.run('scancel', ['1']);
    const { stages } = toFinished(await run);
    expect(stages.map(({ failure }) => failure?.cause)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  },
);

test('a stage is retried as often as it declares, by its job and with more memory by the runner together', async () => {
  const { slurm, environment } = await fakeCluster();
  const project = inCluster({
    'pipeline.yaml': `stages:
  allocate:
    command: node {inputs.script}
    inputs: { script: ./allocate.cjs }
    outputs: [out]
    resources: { memory: 60MB }
    retries: 2
    executor: cluster
`,
    'allocate.cjs': `const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync('attempts', '.');
if (readFileSync('attempts', 'utf8') === '.') throw new Error('no luck');
global.kept = Buffer.alloc(3e8, 1);
setTimeout(() => undefined, 60000);
`,
  });
  const { stages, stderr } = await project.pipelineWith(environment, 'run', '--json');
  expect(stages[0]?.failure, stderr).toMatchObject({ kind: 'out-of-memory', limit: 120e6 });
  expect(project.read('attempts').length, 'one that failed, one with 60 MB, one with 120 MB').toBe(3);
  expect(slurm.cluster.jobs.map(({ request }) => request.memory)).toEqual([58, 115]);
});

test('`cancel` means the run that was started last, also if an earlier one had submitted the same jobs', async () => {
  const { slurm, environment } = await fakeCluster({ schedule: 600_000 });
  const project = copying();
  const command = async (...words: readonly string[]) => {
    const { stdout } = await project.pipelineWith(environment, ...words, '--json');
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly run: string; readonly jobs: unknown };
  };
  const first = await command('run', '--detach');
  project.edit('pipeline.yaml', 'cp {', 'cp -p {');
  await command('run', '--detach');
  project.edit('pipeline.yaml', 'cp -p {', 'cp {');
  const last = await command('run', '--detach');
  expect(await command('cancel')).toMatchObject({ run: last.run, jobs: 1 });
  expect(slurm.cluster.jobs.map(({ state }) => state)).toEqual(['CANCELLED', 'PENDING']);
  expect(await command('cancel', first.run)).toMatchObject({ run: first.run, jobs: 0 });
});

test('what reads a stage of this machine is submitted together when that one has ended, with what reads it in turn', async () => {
  const { slurm, environment } = await fakeCluster();
  const project = inCluster({
    'pipeline.yaml': `stages:
  prepare: { command: "cp {inputs.text} {outputs.data}", inputs: { text: ./text.txt }, outputs: [data] }
  train:
    command: "cp {inputs.data} {outputs.model}"
    inputs: { data: prepare.data }
    outputs: [model]
    params: { seed: "\${matrix.seed}" }
    matrix: { seed: [1, 2, 3] }
    executor: cluster
  join: { command: "tar -cPf {outputs.best} {inputs.models}", inputs: { models: "train.model" }, outputs: [best], executor: cluster }
`,
    'text.txt': 'one',
  });
  const { stages, stdout } = await project.pipelineWith(environment, 'run', '--json');
  expect(
    stages.map(({ outcome }) => outcome),
    stdout,
  ).toEqual(['ran', 'ran', 'ran', 'ran', 'ran']);
  const submissions = slurm.calls.filter(({ program }) => program === 'sbatch').map(({ args }) => args.join(' '));
  expect(submissions).toHaveLength(2);
  expect(submissions[0]).toContain('--array=0-2');
  expect(submissions[1]).toContain('--dependency=afterok:');
});

test('`--detach` submits what it can, and says which stages are left to this machine', async () => {
  const { slurm, environment } = await fakeCluster({ schedule: 600_000 });
  const project = copying();
  project.edit(
    'pipeline.yaml',
    'stages:\n',
    'stages:\n  here: { command: "cp {inputs.text} {outputs.end}", inputs: { text: copy.text }, outputs: [end] }\n',
  );
  const { exitCode, stdout, stderr } = await project.pipelineWith(environment, 'run', '--detach');
  expect([exitCode, slurm.cluster.jobs.length], stderr).toEqual([0, 1]);
  expect(stderr).toContain('warning: these stages cannot be submitted now: here');
  expect(stderr).toMatch(/To run them, too: .*pipeline attach/);
  expect(stdout).toMatch(/1 job on "cluster" queued or running \(run \S+\)/);
});
