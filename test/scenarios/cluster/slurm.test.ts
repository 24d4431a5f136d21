import { describe, expect, onTestFinished, test } from 'vitest';
import { NO_SLURM } from '../../support/slurm-sandbox.ts';
import { NO_SSHD, SshServer } from '../../support/ssh-server.ts';
import { TOY, toy } from '../cli/toy-pipeline.ts';
import { inCluster, TestCluster } from './in-cluster.ts';

const cluster = new TestCluster();

describe.skipIf(NO_SLURM !== undefined)(`stages on Slurm (${NO_SLURM ?? 'a real one'})`, () => {
  test('have the same outputs as on this machine, and are cached for it', async () => {
    const here = await toy().run();
    const project = inCluster(TOY);
    const there = await cluster.run(project);
    expect(there.which('ran'), there.stderr).toEqual(['read', 'shout', 'count', 'join']);
    expect(there.stages.map(({ key, outputs }) => ({ key, outputs }))).toEqual(
      here.stages.map(({ key, outputs }) => ({ key, outputs })),
    );
    expect(there.stages.find(({ name }) => name === 'count')?.metrics).toEqual({ words: 3 });
    const before = await cluster.jobs();
    expect((await project.run()).which('cached')).toEqual(['read', 'shout', 'count', 'join']);
    expect(await cluster.jobs(), 'nothing was submitted').toEqual(before);
  });

  test('show what they print and how far they are, and their logs are kept', async () => {
    const project = inCluster(TOY);
    project.edit('stages/count.ts', 'const words = ', "log('counting');\n    const words = ");
    project.edit('stages/count.ts', 'outputs, metrics }', 'outputs, metrics, log }');
    const { stdout } = await cluster.run(project);
    expect(stdout).toContain('{"type":"stage-log","stage":"count","message":"counting","source":"log"}');
    expect(stdout).toContain('"stage-progress","stage":"read","done":2,"total":2,"unit":"files"');
    expect((await project.pipeline('logs', 'count')).stdout).toContain('counting');
  });

  test('with a GPU go there, and the others stay here', async () => {
    const project = inCluster(TOY, ', takes: { gpu: 1 }');
    project.edit('pipeline.yaml', 'module: stages/count.ts', 'module: stages/count.ts\n    resources: { gpu: 1 }');
    const before = (await cluster.jobs()).length;
    const { which, stderr } = await project.pipelineWith(cluster.slurm.environment, 'run', '--json');
    expect(which('ran'), stderr).toEqual(['read', 'shout', 'count', 'join']);
    expect((await cluster.jobs()).slice(before)).toEqual([expect.stringMatching(/ count$/)]);
  });

  test('of a matrix are an array, and a stage that collects them waits for all', async () => {
    const project = inCluster({
      'pipeline.yaml': `stages:
  write:
    command: echo {params.seed} > {outputs.text}
    shell: true
    outputs: [text]
    matrix: { seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }
    params: { seed: "\${matrix.seed}" }
  add: { command: "cat {inputs.texts} > {outputs.all}", shell: true, inputs: { texts: write.text }, outputs: [all] }
`,
    });
    const before = (await cluster.jobs()).length;
    const { which, stderr } = await cluster.run(project);
    expect(which('ran'), stderr).toHaveLength(11);
    const submitted = (await cluster.jobs()).slice(before);
    expect(submitted.filter((job) => job.endsWith('write (10 instances)'))).toHaveLength(10);
    expect(submitted).toHaveLength(11);
  });

  test('of a matrix whose values a stage puts out are submitted when these are known', async () => {
    const project = inCluster({
      'pipeline.yaml': `stages:
  split: { command: "echo '[1, 2, 3]' > {outputs.folds}", shell: true, outputs: [folds.json] }
  train:
    command: echo {params.fold} > {outputs.text}
    shell: true
    outputs: [text]
    matrix: { fold: { from: split.folds } }
    params: { fold: "\${matrix.fold}" }
`,
    });
    const before = (await cluster.jobs()).length;
    const { which, stderr } = await cluster.run(project, '--force');
    expect(which('ran'), stderr).toEqual(['split', 'train@fold=1', 'train@fold=2', 'train@fold=3']);
    const submitted = (await cluster.jobs()).slice(before);
    expect(submitted.filter((job) => job.endsWith('train (3 instances)'))).toHaveLength(3);
    expect(submitted, 'each was submitted once').toHaveLength(4);
  });

  test('that fail block only what reads them', async () => {
    const project = inCluster(TOY);
    project.edit('stages/count.ts', 'const words = ', "throw new Error('no luck');\n    const words = ");
    const { stages, exitCode } = await cluster.run(project);
    expect(exitCode).toBe(1);
    expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'failed', 'blocked']);
    expect(stages[2]).toMatchObject({ failure: { kind: 'threw', problems: [{ message: 'no luck' }] } });
  });
});

describe.skipIf((NO_SLURM ?? NO_SSHD) !== undefined)(`a login node (${NO_SLURM ?? NO_SSHD ?? 'a real one'})`, () => {
  test('is reached by ssh, where the commands of Slurm are called', async () => {
    const server = new SshServer();
    onTestFinished(() => server.stop());
    await server.start(cluster.slurm.environment);
    const project = inCluster(TOY, ', host: login-node');
    const environment = { ...server.environment, SLURM_CONF: '/nowhere' };
    const { which, stderr } = await project.pipelineWith(environment, 'run', '--json', '--executor', 'cluster');
    expect(which('ran'), stderr).toEqual(['read', 'shout', 'count', 'join']);
  });
});
