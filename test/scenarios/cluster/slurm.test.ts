import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { Project, toFinished } from '../../support/project.ts';
import { NO_SLURM, SlurmSandbox } from '../../support/slurm-sandbox.ts';
import { NO_SSHD, SshServer } from '../../support/ssh-server.ts';
import { TOY, toy } from '../cli/toy-pipeline.ts';

let slurm: SlurmSandbox;

beforeAll(async () => {
  if (NO_SLURM === undefined) slurm = await SlurmSandbox.start();
});
afterAll(async () => {
  if (NO_SLURM === undefined) await slurm.stop();
});

/** Jobs have the environment of a login shell, in which the user of the tests is another one. */
function executors(more = ''): string {
  const folders = ['XDG_CACHE_HOME', 'XDG_STATE_HOME'].map((name) => `export ${name}=${process.env[name]}`).join('; ');
  return `executors:\n  cluster: { type: slurm, setup: "${folders}"${more} }\n`;
}

function inCluster(files: Readonly<Record<string, string>>, more = ''): Project {
  return new Project({ ...files, 'pipeline.yaml': executors(more) + files['pipeline.yaml'] });
}

/** Returns the jobs of a pipeline that Slurm knows, also those that have ended: `state comment`. */
async function jobs(): Promise<readonly string[]> {
  const listed = await slurm.run('squeue', '-h', '-r', '-t', 'all', '-o', '%T %k', '--sort=i');
  return listed.split('\n').filter(Boolean);
}

/** Resolves when a command has printed all of these. */
async function printed({ stdout }: ReturnType<Project['start']>, ...texts: readonly string[]): Promise<void> {
  let all = '';
  await new Promise<void>((resolve) => {
    stdout?.on('data', (data: Buffer) => {
      all += data.toString();
      if (texts.every((text) => all.includes(text))) resolve();
    });
  });
}

/** A stage that waits at the gate: `a`, and `b`, which reads it; `c` reads nothing. */
const HELD = {
  'pipeline.yaml': `stages:
  a: { module: stages/hold.ts, params: { name: a }, env: [GATE], executor: cluster }
  b: { module: stages/hold.ts, params: { name: b }, inputs: { first: a.out }, env: [GATE], executor: cluster }
  c: { module: stages/hold.ts, params: { name: c }, env: [GATE], executor: cluster }
`,
  'stages/hold.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  params: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  inputs: ['first?'],
  outputs: ['out'],
  async run({ params, outputs, log }) {
    log('holding ' + params.name);
    await hold(params.name);
    writeFileSync(outputs.out, params.name);
  },
});
`,
  'lib/gate.ts': GATE_MODULE,
};

describe.skipIf(NO_SLURM !== undefined)(`stages on Slurm (${NO_SLURM ?? 'a real one'})`, () => {
  test('have the same outputs as on this machine, and are cached for it', async () => {
    const here = await toy().run();
    const project = inCluster(TOY);
    const there = await project.pipelineWith(slurm.environment, 'run', '--json', '--executor', 'cluster');
    expect(there.which('ran'), there.stderr).toEqual(['read', 'shout', 'count', 'join']);
    expect(there.stages.map(({ key, outputs }) => ({ key, outputs }))).toEqual(
      here.stages.map(({ key, outputs }) => ({ key, outputs })),
    );
    expect(there.stages.find(({ name }) => name === 'count')?.metrics).toEqual({ words: 3 });
    const before = await jobs();
    expect((await project.run()).which('cached')).toEqual(['read', 'shout', 'count', 'join']);
    expect(await jobs(), 'nothing was submitted').toEqual(before);
  });

  test('show what they print and how far they are, and their logs are kept', async () => {
    const project = inCluster(TOY);
    project.edit('stages/count.ts', 'const words = ', "log('counting');\n    const words = ");
    project.edit('stages/count.ts', 'outputs, metrics }', 'outputs, metrics, log }');
    const { stdout } = await project.pipelineWith(slurm.environment, 'run', '--json', '--executor', 'cluster');
    expect(stdout).toContain('{"type":"stage-log","stage":"count","message":"counting","source":"log"}');
    expect(stdout).toContain('"stage-progress","stage":"read","done":2,"total":2,"unit":"files"');
    expect((await project.pipeline('logs', 'count')).stdout).toContain('counting');
  });

  test('with a GPU go there, and the others stay here', async () => {
    const project = inCluster(TOY, ', takes: { gpu: 1 }');
    project.edit('pipeline.yaml', 'module: stages/count.ts', 'module: stages/count.ts\n    resources: { gpu: 1 }');
    const before = (await jobs()).length;
    const { which, stderr } = await project.pipelineWith(slurm.environment, 'run', '--json');
    expect(which('ran'), stderr).toEqual(['read', 'shout', 'count', 'join']);
    expect((await jobs()).slice(before)).toEqual([expect.stringMatching(/ count$/)]);
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
    const before = (await jobs()).length;
    const { which, stderr } = await project.pipelineWith(slurm.environment, 'run', '--json', '--executor', 'cluster');
    expect(which('ran'), stderr).toHaveLength(11);
    const submitted = (await jobs()).slice(before);
    expect(submitted.filter((job) => job.endsWith('write (10 instances)'))).toHaveLength(10);
    expect(submitted).toHaveLength(11);
  });

  test('that fail block only what reads them', async () => {
    const project = inCluster(TOY);
    project.edit('stages/count.ts', 'const words = ', "throw new Error('no luck');\n    const words = ");
    const { stages, exitCode } = await project.pipelineWith(
      slurm.environment,
      ...['run', '--json', '--executor', 'cluster'],
    );
    expect(exitCode).toBe(1);
    expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'failed', 'blocked']);
    expect(stages[2]).toMatchObject({ failure: { kind: 'threw', problems: [{ message: 'no luck' }] } });
  });

  test('that are cancelled from outside fail, and say so', async () => {
    const gate = await Gate.open();
    const environment = { ...slurm.environment, GATE: gate.address };
    const project = inCluster(HELD);
    const run = project.start(['run', '--json', 'a'], environment);
    await gate.next();
    await slurm.run('scancel', '--user=root');
    const finished = toFinished(await run);
    expect(finished.stages[0]).toMatchObject({ outcome: 'failed', failure: { kind: 'job', cause: 'cancelled' } });
    expect(finished.stderr).toContain('was cancelled outside of this run');
  });

  test('go on when the runner is killed, and another one finds them', async () => {
    const gate = await Gate.open();
    const environment = { ...slurm.environment, GATE: gate.address };
    const project = inCluster(HELD);
    mkdirSync(project.path('elsewhere'));
    const before = (await jobs()).length;
    const first = project.start(['run', '--json'], environment);
    const held = [await gate.next(), await gate.next()];
    first.kill('SIGKILL');
    await first;
    const second = project.start(['run', '--json'], environment, 'elsewhere');
    await printed(second, 'holding a', 'holding c');
    for (const stage of held) stage.finish();
    const last = await gate.next();
    expect(last.name).toBe('b');
    last.finish();
    const finished = toFinished(await second);
    expect(finished.which('ran'), finished.stderr).toEqual(['a', 'b', 'c']);
    expect((await jobs()).length - before, 'each was submitted once').toBe(3);
  });

  test('can be submitted without waiting, followed later, and cancelled', async () => {
    const gate = await Gate.open();
    const environment = { ...slurm.environment, GATE: gate.address };
    const project = inCluster(HELD);
    const detached = await project.pipelineWith(environment, 'run', '--detach');
    expect(detached.stdout, detached.stderr).toMatch(/3 jobs on "cluster" of run \S+ in the queue or running/);
    const held = [await gate.next(), await gate.next()];
    project.edit('stages/hold.ts', "log('holding '", "log('edited '");
    const attached = project.start(['attach', '--json'], environment);
    await printed(attached, 'holding a', 'holding c');
    for (const stage of held) stage.finish();
    (await gate.next()).finish();
    const finished = toFinished(await attached);
    expect(finished.which('ran'), finished.stderr).toEqual(['a', 'b', 'c']);
    expect(finished.stdout).not.toContain('edited');

    await project.pipelineWith(environment, 'run', '--detach');
    await gate.next();
    const cancelled = await project.pipelineWith(environment, 'cancel');
    expect(cancelled.stdout).toMatch(/^cancelled 3 jobs of run /);
    expect((await project.pipelineWith(environment, 'cancel')).stdout).toContain('has no jobs any more');
  });

  test('are cancelled by Ctrl-C, and stay when the runner is asked to end otherwise', async () => {
    const gate = await Gate.open();
    const environment = { ...slurm.environment, GATE: gate.address };
    const project = inCluster(HELD);
    const first = project.start(['run', 'a'], environment);
    const held = await gate.next();
    first.kill('SIGTERM');
    expect((await first).stdout).toContain('1 job on "cluster"');
    const second = project.start(['run', 'a'], environment);
    await printed(second, 'holding a');
    second.kill('SIGINT');
    expect((await second).stdout).toContain('cancelled 1 job on "cluster"');
    await held.gone;
  });

  test('go on while the controller is restarted', async () => {
    const gate = await Gate.open();
    const environment = { ...slurm.environment, GATE: gate.address };
    const run = inCluster(HELD).start(['run', '--json', 'a'], environment);
    const held = await gate.next();
    await slurm.end('slurmctld');
    held.finish();
    slurm.startController();
    expect(toFinished(await run).which('ran')).toEqual(['a']);
  });
});

describe.skipIf((NO_SLURM ?? NO_SSHD) !== undefined)(`a login node (${NO_SLURM ?? NO_SSHD ?? 'a real one'})`, () => {
  test('is reached by ssh, where the commands of Slurm are called', async () => {
    const server = new SshServer();
    onTestFinished(() => server.stop());
    await server.start(slurm.environment);
    const project = inCluster(TOY, ', host: login-node');
    const environment = { ...server.environment, SLURM_CONF: '/nowhere' };
    const { which, stderr } = await project.pipelineWith(environment, 'run', '--json', '--executor', 'cluster');
    expect(which('ran'), stderr).toEqual(['read', 'shout', 'count', 'join']);
  });
});

describe('an executor', () => {
  test('that is not declared is refused, with the names that are', async () => {
    const project = inCluster(HELD);
    project.edit(
      'pipeline.yaml',
      'name: c }, env: [GATE], executor: cluster',
      'name: c }, env: [GATE], executor: clustr',
    );
    const { exitCode, stderr } = await project.pipeline('run');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: pipeline.yaml:6:');
    expect(stderr).toContain('unknown executor "clustr"');
    expect(stderr).toContain('Did you mean "cluster"?');
    const other = await toy().pipeline('run', '--executor', 'slurm');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('Declare it in the pipeline file: executors: { NAME: { type: slurm } }.');
  });

  test('without its scheduler says what is missing', async () => {
    const project = inCluster(TOY);
    const environment = { PATH: '/nowhere', SLURM_CONF: '/nowhere' };
    const { exitCode, stdout, stderr } = await project.pipelineWith(environment, 'run', '--executor', 'cluster');
    expect(exitCode).toBe(1);
    expect(stdout, stderr).toMatch(/(there is no command squeue|Slurm is not configured) on this machine/);
    expect(stdout).toContain('Run this on a login node of the cluster, or name one: `host` of executor "cluster".');
  });

  test('is needed to detach', async () => {
    const { exitCode, stderr } = await toy().pipeline('run', '--detach');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing can be detached: every stage runs on this machine');
  });
});
