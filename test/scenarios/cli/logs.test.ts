import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { CLI, type Finished, Project, toFinished } from '../../support/project.ts';
import { printedBy } from '../stopping/printed-by.ts';

/** Stages that print in every way: one fails at first and then succeeds, one throws, and one crashes. */
const FILES = {
  'pipeline.yaml': `stages:
  retried: { module: stages/talk.ts, params: { end: retried }, retries: 1 }
  throws: { module: stages/talk.ts, params: { end: throws } }
  crashes: { module: stages/talk.ts, params: { end: crashes } }
`,
  'stages/talk.ts': `import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

function fail() {
  throw new Error('the upload failed', { cause: new Error('connect ECONNREFUSED') });
}

export default defineStage({
  params: { type: 'object', properties: { end: { type: 'string' } }, required: ['end'] },
  outputs: ['empty.txt'],
  run({ params, work, outputs, log }) {
    const again = existsSync(join(work, 'again'));
    writeFileSync(join(work, 'again'), '');
    console.log('attempt ' + (again ? 2 : 1));
    console.error('\\u001b[33m' + 'careful' + '\\u001b[0m\\u001b[2J\\u001b]0;title\\u0007');
    log('first line\\nsecond line');
    if (params.end === 'crashes') process.kill(process.pid, 'SIGKILL');
    if (params.end === 'throws' || !again) fail();
    writeFileSync(outputs.empty, '');
  },
});
`,
};

/** The times of a log are others each time. */
function withoutTimes({ stdout }: Finished): string {
  return stdout
    .replaceAll(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{7}/g, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/\(file:.*\)/g, '(…)');
}

describe('what stages have printed', () => {
  let project: Project;
  let run: Finished;
  const logs = (...args: string[]) => project.pipeline('logs', ...args);

  beforeAll(async () => {
    project = new Project(FILES, afterAll);
    run = await project.pipeline('run', '--keep-going');
  });

  const talked = (attempt: number) => `stdout attempt ${attempt}
stderr careful
log    first line
log    second line
`;

  test('is shown by a run as it comes: stdout, stderr and each line of a log, under the name of the stage', () => {
    for (const [stage, attempt] of [
      ['retried', 1],
      ['retried', 2],
      ['throws', 1],
      ['crashes', 1],
    ] as const)
      expect(run.stdout).toContain(`  ${stage}: attempt ${attempt}\n`);
    expect(run.stdout.match(/^ {2}throws: .*$/gm)).toEqual(
      ['attempt 1', 'careful', 'first line', 'second line'].map((line) => `  throws: ${line}`),
    );
    expect(run.which('failed')).toEqual([]);
    expect(run.stdout).toContain('✓ retried ran in');
  });

  test('is shown by pipeline logs, with the end of each attempt, and the stack and causes of an error', async () => {
    const shown = await logs('retried');
    expect(shown.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} stdout attempt 1$/m);
    expect(withoutTimes(shown)).toBe(`retried · run RUN · attempt 1 · TIME
${talked(1)}failed
Error: the upload failed
    at fail (${project.path('stages/talk.ts')}:6:9)
    at Object.run (${project.path('stages/talk.ts')}:19:45)
    at run (…)
caused by: Error: connect ECONNREFUSED
    at fail (${project.path('stages/talk.ts')}:6:49)
    at Object.run (${project.path('stages/talk.ts')}:19:45)
    at run (…)
retried · run RUN · attempt 2 · TIME
${talked(2)}succeeded`);
  });

  test('is shown of one attempt, and of one run', async () => {
    const [, id = ''] = /run (\S+)/.exec(run.stdout) ?? [];
    expect(withoutTimes(await logs('retried', '--attempt', '2', '--run', id))).toBe(
      `retried · run RUN · attempt 2 · TIME\n${talked(2)}succeeded`,
    );
    expect((await logs('retried', '--attempt', '2', '--run', 'latest')).exitCode).toBe(0);
  });

  test('is there after a crash, too', async () => {
    expect(withoutTimes(await logs('crashes'))).toBe(
      `crashes · run RUN · attempt 1 · TIME\n${talked(1)}failed\nthe process was terminated by SIGKILL`,
    );
  });

  test('is JSON with --json', async () => {
    const lines = (await logs('throws', '--json')).stdout.split('\n').map((line) => JSON.parse(line));
    const about = { run: expect.stringMatching(/^\d{8}-/), stage: 'throws', attempt: 1, time: expect.any(String) };
    expect(lines).toEqual([
      { type: 'attempt-started', ...about },
      { type: 'log', ...about, source: 'stdout', message: 'attempt 1' },
      { type: 'log', ...about, source: 'stderr', message: expect.stringContaining('careful') },
      { type: 'log', ...about, source: 'log', message: 'first line\nsecond line' },
      { type: 'attempt-ended', ...about, outcome: 'failed', message: expect.stringContaining('the upload failed') },
    ]);
  });

  test('keeps its colours where colours are shown, and nothing else that a terminal would act on', async () => {
    const { stdout } = await project.start(['logs', 'throws'], { NO_COLOR: '', FORCE_COLOR: '1' });
    expect(stdout).toContain(['\u001b[33m', '\u001b[0m'].join('careful'));
    expect(
      stdout
        .split('\u001b')
        .slice(1)
        .filter((after) => !/^\[[\d;]*m/.test(after)),
    ).toEqual([]);
    expect(stdout).not.toContain('title');
  });

  test('is named by a failure, which shows its causes, and with --stack the stack', async () => {
    const failed = await project.pipeline('run', 'throws', '--set', 'throws.end=throws');
    const [, id = ''] = /run (\S+)/.exec(failed.stdout) ?? [];
    expect(failed.stdout).toContain(
      '✗ throws: threw an error\nerror: stages/talk.ts:6:9: the upload failed\n  caused by: connect ECONNREFUSED\n',
    );
    expect(failed.stdout).toContain(`\n  → Its log: pipeline logs throws --run ${id}\n`);
    expect(failed.stdout).not.toContain('    at ');
    const { stdout } = await project.pipeline('run', 'throws', '--stack');
    expect(stdout).toContain(
      `\ncaused by: Error: connect ECONNREFUSED\n    at fail (${project.path('stages/talk.ts')}:6:49)\n`,
    );
  });

  test.each([
    [['rtried'], 'no recent run has a stage "rtried"\n  → Did you mean "retried"?'],
    [['retried', '--run', '19990101'], '19990101: no run has this id\n  → List the runs: pipeline runs'],
    [['retried', '--attempt', '3'], 'stage "retried" has no log of attempt 3 in run'],
    [
      ['retried', '--run', 'latest'],
      ', which took its result from the cache\n  → Its newest log: pipeline logs retried',
    ],
  ])('is asked for in vain by %j, which says why and exits with 2', async (args, message) => {
    if (args.includes('latest')) await project.run('retried');
    const { exitCode, stderr } = await logs(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

test('100,000 lines of a stage arrive as 100,000 lines, in the output of the run and in the log', async () => {
  const project = new Project({
    'pipeline.yaml': 'stages: { talk: { module: talk.ts } }\n',
    'talk.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['out'],
  run({ outputs }) {
    for (let line = 0; line < 100_000; line++) console.log('line ' + line);
    writeFileSync(outputs.out, '');
  },
});
`,
  });
  const lines = Array.from({ length: 100_000 }, (_, line) => `line ${line}`);
  const run = await project.pipeline('run');
  expect(run.stdout.match(/line \d+$/gm)).toEqual(lines);
  expect((await project.pipeline('logs', 'talk')).stdout.match(/line \d+$/gm)).toEqual(lines);
});

test('a stage that prints without end and without a line break takes bounded memory', async () => {
  const project = new Project({
    'pipeline.yaml': 'stages: { talk: { module: talk.ts } }\n',
    'talk.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['out'],
  run({ outputs }) {
    const much = 'x'.repeat(1 << 20);
    for (let piece = 0; piece < 200; piece++) process.stdout.write(much);
    writeFileSync(outputs.out, '');
  },
});
`,
  });
  // The stage does not get this variable.
  const env = { NODE_OPTIONS: '--max-old-space-size=48' };
  const run = await execaNode(CLI, ['run'], { cwd: project.directory, env, reject: false, stdout: 'ignore' });
  expect(run.exitCode, run.stderr).toBe(0);
});

/** A stage that logs, waits at the gate, and logs again. */
function gated(): Project {
  return new Project({
    'pipeline.yaml': 'stages: { wait: { module: wait.ts, env: [GATE] } }\n',
    'wait.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from './lib/gate.ts';

export default defineStage({
  outputs: ['out'],
  async run({ outputs, log }) {
    log('before');
    await hold('wait');
    log('after');
    writeFileSync(outputs.out, '');
  },
});
`,
    'lib/gate.ts': GATE_MODULE,
  });
}

describe('a run in progress', () => {
  test('is listed as running, and its log can be followed until the stage ends', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = project.start(['run', '--json'], { GATE: gate.address });
    const [stage] = await Promise.all([gate.next(), printedBy(run)('before')]);
    const listed = await project.pipeline('runs', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ outcome: 'running', ok: false });
    expect((await project.pipeline('logs', 'wait')).stdout).toMatch(/log {4}before\nstill running$/);
    const following = project.start(['logs', 'wait', '--follow']);
    await printedBy(following)('before');
    stage.finish();
    await run;
    expect((await following).stdout).toMatch(/log {4}before\n.*log {4}after\n.*succeeded$/);
  });

  test('has a record and a log when it is killed, and status says so', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = project.start(['run', '--json'], { GATE: gate.address });
    const stage = await gate.next();
    // What is printed in the instant of the kill may be lost.
    await vi.waitFor(async () => expect((await project.pipeline('logs', 'wait')).stdout).toContain('before'), 20_000);
    run.kill('SIGKILL');
    await run;
    await stage.gone;
    const [listed] = (await project.pipeline('runs', '--json')).stdout.split('\n').map((line) => JSON.parse(line));
    expect(listed).toMatchObject({ outcome: 'killed', ok: false });
    expect((await project.pipeline('runs')).stdout).toMatch(/just now +killed +\? +1 killed$/);
    expect((await project.pipeline('logs', 'wait')).stdout).toMatch(/log {4}before\nkilled, together with its run$/);
    const { stages } = await project.pipeline('status', '--json');
    expect(stages[0]?.reasons).toEqual([`it was running when run ${listed.run} was killed, and has no result yet`]);
  });

  test('has a record when it is interrupted twice', async () => {
    const gate = await Gate.open();
    const project = gated();
    project.edit('wait.ts', "await hold('wait')", "await saving(() => hold('wait'))");
    project.edit('wait.ts', 'outputs, log }', 'outputs, log, saving }');
    const run = project.start(['run', '--json'], { GATE: gate.address });
    const printed = printedBy(run);
    await gate.next();
    run.kill('SIGINT');
    await printed('"stage-saving"');
    run.kill('SIGINT');
    expect(toFinished(await run).exitCode).toBe(130);
    const listed = await project.pipeline('runs', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ outcome: 'killed' });
  });
});

test('a log can be followed before its stage has started', async () => {
  const gate = await Gate.open();
  const project = gated();
  project.write(
    'pipeline.yaml',
    `stages:
  wait: { module: wait.ts, env: [GATE] }
  next: { module: next.ts, inputs: { out: wait.out } }
`,
  );
  project.write(
    'next.ts',
    `import { cpSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['out'],
  outputs: ['copy'],
  run({ inputs, outputs, log }) {
    log('copies');
    cpSync(inputs.out, outputs.copy);
  },
});
`,
  );
  const run = project.start(['run', '--json'], { GATE: gate.address });
  const stage = await gate.next();
  const following = project.start(['logs', 'next', '--follow', '--run', 'latest']);
  const refused = await project.pipeline('logs', 'next', '--run', 'latest');
  expect(refused.stderr).toMatch(/stage "next" has no log in run \S+ \(waiting\)/);
  stage.finish();
  await run;
  expect((await following).stdout).toMatch(/log {4}copies\n.*succeeded$/);
});

test('a log that is followed ends when the run is killed', async () => {
  const gate = await Gate.open();
  const project = gated();
  const run = project.start(['run', '--json'], { GATE: gate.address });
  await gate.next();
  const following = project.start(['logs', 'wait', '--follow']);
  await printedBy(following)('before');
  run.kill('SIGKILL');
  await run;
  expect((await following).stdout).toMatch(/killed, together with its run$/);
});

test('old logs are listed by cache gc, and the size of all by cache du', async () => {
  const project = new Project(FILES);
  await project.run('--keep-going');
  expect((await project.pipeline('cache', 'du')).stdout).toMatch(/^ {2}logs +[\d.]+ k?B +1 run$/m);
  const gc = await project.pipeline('cache', 'gc', '--older-than', '0h', '--keep-runs', '0', '--yes', '--json');
  expect(gc.stdout).toContain('"kind":"log"');
  await vi.waitFor(() => expect(project.list('cache/logs')).toEqual([]));
});
