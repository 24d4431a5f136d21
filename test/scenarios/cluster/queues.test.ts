import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { GridEngine, NO_GRID_ENGINE } from '../../support/grid-engine.ts';
import { Project, toFinished } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { HELD } from './in-cluster.ts';

/** A queue that starts each job at once, in the background. */
const BACKGROUND = `
    submit: sh {script} > /dev/null 2>&1 & echo $!
    status: for id in {ids}; do if kill -0 "$id" 2> /dev/null; then echo "$id" R; fi; done
    cancel: kill {ids}
`;

/** The toy pipeline with an executor of type command. */
function queued(commands: string): Project {
  const project = toy();
  project.edit('pipeline.yaml', 'stages:\n', `executors:\n  queue:\n    type: command${commands}stages:\n`);
  return project;
}

describe('a queue that the pipeline file describes by its commands', () => {
  test('runs all stages, whose results are those of this machine', async () => {
    const project = queued(BACKGROUND);
    const there = await project.run('--executor', 'queue');
    expect(there.which('ran')).toEqual(['read', 'shout', 'count', 'join']);
    expect((await project.run()).which('cached')).toEqual(['read', 'shout', 'count', 'join']);
    const here = await project.run('--force');
    expect(here.stages.map(({ outputs }) => outputs)).toEqual(there.stages.map(({ outputs }) => outputs));
  });

  test('runs only the stages that name it, or that request what it takes', async () => {
    const project = queued(BACKGROUND.replace('\n', '\n    takes: { gpu: 1 }\n'));
    project.edit('pipeline.yaml', 'module: stages/count.ts', 'module: stages/count.ts\n    resources: { gpu: 1 }');
    project.edit('pipeline.yaml', 'submit: sh', 'submit: echo {name} >> submitted; sh');
    expect((await project.run()).which('ran')).toHaveLength(4);
    expect(project.read('submitted').trim().split('\n')).toHaveLength(1);
  });

  test('shows what a stage has logged, and its failure with its place in the source', async () => {
    const project = queued(BACKGROUND);
    project.edit('stages/count.ts', 'const words = ', "throw new Error('no luck');\n    const words = ");
    const { stderr, stdout, exitCode } = await project.pipeline('run', '--executor', 'queue');
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain('no luck');
    expect(stdout + stderr).toContain('stages/count.ts:8');
  });

  test('gets the values of a job, each as one word', async () => {
    const project = queued(`
    submit: printf '[%s]' {name} {cpu} {gpu} {memory_mb} {seconds} {time} > values; sh {script} & echo $!
    status: 'true'
    cancel: kill {ids}
`);
    const wants = 'executor: queue\n    resources: { cpu: 3, memory: 2GiB }\n    timeout: 1h';
    project.edit('pipeline.yaml', 'module: stages/read.ts', `module: stages/read.ts\n    ${wants}`);
    const { stderr, exitCode } = await project.run('read');
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
    expect(project.read('values')).toMatch(/^\[pipeline-[0-9a-f]{16}-s0\]\[3\]\[0\]\[2048\]\[37\d\d\]\[01:0\d:\d\d\]$/);
  });

  test.each([
    [
      'submit: sh {script} {memory_mb} & echo $!',
      '"submit" of executor "queue" names {memory_mb}, which read does not declare',
    ],
    ['submit: echo {script} is submitted', 'is submitted" instead of the id of the job'],
    ['submit: echo there is no queue {script} >&2; exit 1', '"submit" of executor "queue" failed: there is no queue'],
  ])('fails with advice if it cannot submit: %s', async (submit, message) => {
    const project = queued(BACKGROUND.replace(/submit: .*/, submit));
    const { stdout, exitCode } = await project.pipeline('run', 'read', '--executor', 'queue');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(message);
    expect(stdout).toContain('→ ');
  });
});

/** A pipeline whose stage waits at the gate, on a queue that writes down what is submitted to it. */
function held(): Project {
  return new Project({
    ...HELD,
    'pipeline.yaml': `executors:
  queue:
    type: command
    submit: echo {name} >> submitted; sh {script} > /dev/null 2>&1 & echo $!
    status: for id in {ids}; do if kill -0 "$id" 2> /dev/null; then echo "$id" R; fi; done
    cancel: kill {ids}
stages:
  a: { module: stages/hold.ts, params: { name: a }, env: [GATE], executor: queue }
`,
  });
}

describe('a job on a queue', () => {
  test('that failed is submitted again by the next run, which does not see the end of the first one', async () => {
    const project = held();
    const flag = join(mkdtempSync(join(tmpdir(), 'pipeline-flag-')), 'flag');
    onTestFinished(() => rmSync(dirname(flag), { recursive: true, force: true }));
    project.edit(
      'stages/hold.ts',
      'await hold(params.name);',
      `if (!existsSync('${flag}')) throw new Error('no flag');`,
    );
    project.edit('stages/hold.ts', 'import { writeFileSync }', 'import { existsSync, writeFileSync }');
    const first = await project.run();
    expect(first.which('failed'), first.stderr).toEqual(['a']);
    writeFileSync(flag, '');
    const second = await project.run();
    expect(second.which('ran'), second.stderr).toEqual(['a']);
  });

  test('goes on when its runner is killed, and is found by the next one', async () => {
    const gate = await Gate.open();
    const project = held();
    const killed = project.start(['run'], { GATE: gate.address });
    const stage = await gate.next();
    killed.kill('SIGKILL');
    await killed;
    const again = project.start(['run', '--json'], { GATE: gate.address });
    await printedBy(again)('"stage-started"');
    stage.finish();
    const { which, stderr } = toFinished(await again);
    expect(which('ran'), stderr).toEqual(['a']);
    expect(project.read('submitted').trim().split('\n'), 'it was submitted once').toHaveLength(1);
  });

  test('is submitted by run --detach, and cancelled by cancel', async () => {
    const gate = await Gate.open();
    const project = held();
    const detached = await project.pipelineWith({ GATE: gate.address }, 'run', '--detach');
    expect(detached.stdout, detached.stderr).toContain('1 job on "queue"');
    const stage = await gate.next();
    expect((await project.pipeline('cancel')).stdout).toContain('cancelled 1 job');
    await stage.gone;
  });
});

describe('an executor of type command that is not described completely', () => {
  test.each([
    [BACKGROUND.replace(/cancel: .*/, ''), 'executor "queue" is of type command, and lacks "cancel"'],
    [BACKGROUND.replace('{script}', '{scirpt}'), 'unknown value {scirpt} in "submit"'],
    [BACKGROUND.replace('{script}', 'job.sh'), '"submit" does not name {script}'],
    [`${BACKGROUND}    partition: gpu\n`, '"partition" belongs to type slurm'],
    [`${BACKGROUND}    states: { Z: zombie }\n`, 'states.Z'],
  ])('is refused, with the place in the pipeline file: %#', async (commands, message) => {
    const { stderr, exitCode } = await queued(commands).pipeline('run');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/pipeline\.yaml:\d+:\d+/);
  });

  test('may use braces for the shell and for awk', async () => {
    const project = queued(`
    submit: sh {script} > /dev/null 2>&1 & echo $! | awk '{ print $1 }'
    status: for id in {ids}; do printf '%s R\\n' "\${id}"; done
    cancel: kill {ids}
`);
    expect((await project.run('read', '--executor', 'queue')).which('ran')).toEqual(['read']);
  });
});

const NO_SPOOLER = existsSync('/usr/bin/tsp') ? undefined : 'task-spooler (tsp) is not installed';

test.skipIf(NO_SPOOLER)('task-spooler runs a pipeline', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-spooler-'));
  const environment = { TS_SOCKET: join(directory, 'socket'), TMPDIR: directory };
  onTestFinished(() => {
    spawnSync('tsp', ['-K'], { env: { ...process.env, ...environment } });
    rmSync(directory, { recursive: true, force: true });
  });
  const project = queued(`
    submit: tsp -L {name} sh {script}
    status: list=$(tsp) && echo "$list" | awk 'NR > 1 { print $1, $2 }'
    cancel: for id in {ids}; do tsp -k "$id" || tsp -r "$id"; done
`);
  const { stages } = await project.pipelineWith(environment, 'run', '--json', '--executor', 'queue');
  expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'ran', 'ran']);
});

test.skipIf(NO_GRID_ENGINE)('Grid Engine runs a pipeline', { timeout: 120_000 }, async () => {
  const { environment } = await GridEngine.start(onTestFinished);
  const project = queued(`
    submit: qsub -terse -N {name} -o /dev/null -j y -pe smp {cpu} {script}
    status: list=$(qstat) && echo "$list" | awk 'NR > 2 { print $1, $5 }'
    cancel: qdel {ids}
`);
  const { stages } = await project.pipelineWith(environment, 'run', '--json', '--executor', 'queue');
  expect(stages.map(({ outcome }) => outcome)).toEqual(['ran', 'ran', 'ran', 'ran']);
});
