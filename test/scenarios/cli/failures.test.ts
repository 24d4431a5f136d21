import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { TOY, toy } from './toy-pipeline.ts';

/** The statement of a stage that is replaced. */
function withBody(body: string): Project {
  const project = toy();
  const module = TOY['stages/count.ts'].replace('import {', 'import { closeSync,');
  project.write('stages/count.ts', module.replace(/const words[\s\S]*JSON[^\n]*\n/, `${body}\n`));
  return project;
}

/** The body, and then what the stage does otherwise. */
function before(body: string): Project {
  const project = toy();
  project.edit('stages/count.ts', '    const words', `    ${body}\n    const words`);
  return project;
}

test('a stage whose native code writes to the descriptor of the messages is shown with that, and goes on', async () => {
  const project = before(
    `for (const line of ['garbage', 'null', '{"type":"threw"}', '{"type":"x"}']) writeSync(3, line + '\\n');`,
  );
  project.edit('stages/count.ts', 'import { readFileSync,', 'import { writeSync, readFileSync,');
  const { stdout, exitCode, stderr } = await project.run();
  expect(exitCode, stderr).toBe(0);
  const messages = stdout.split('\n').map((line) => JSON.parse(line));
  expect(messages.filter(({ type }) => type === 'stage-log').map(({ message }) => message)).toEqual([
    'garbage',
    'null',
    '{"type":"threw"}',
    '{"type":"x"}',
  ]);
});

test('progress that is no number is not shown, and the run goes on', async () => {
  const project = before('progress({ done: 0, total: 0 / 0 });');
  project.edit('stages/count.ts', 'outputs, metrics }', 'outputs, metrics, progress }');
  const { exitCode, stderr } = await project.run();
  expect(exitCode, stderr).toBe(0);
});

describe('a stage that fails', () => {
  test.each<[string, string, string, number]>([
    ['throws', "throw new Error('no luck');", 'stages/count.ts:8:11: no luck', 1],
    ['rejects', "return Promise.reject(new TypeError('no luck'));", 'stages/count.ts:8:27: no luck', 1],
    ['throws later', "setTimeout(() => { throw new Error('late'); }); return new Promise(() => undefined);", 'late', 1],
    ['exits', 'process.exit(7);', 'stage "count" ended with exit code 7', 1],
    ['is killed', "process.kill(process.pid, 'SIGKILL');", 'stage "count" was terminated by SIGKILL', 1],
    ['returns something else', 'return Promise.all([1, 2]);', 'run() returned [ 1, 2 ]', 1],
    ['closes the descriptor of the messages', 'closeSync(3);', 'ended with exit code 1', 1],
    ['returns null', 'return null;', 'run() returned null', 1],
    ['does not create an output', '', 'output "count" of stage "count" was not created', 1],
    [
      'writes to an output that it does not declare',
      "writeFileSync(outputs.cuont, '3');",
      'caused by: the stage declares no output "cuont"; it declares "count"',
      1,
    ],
    [
      'does not write to the output that it declares',
      'String(outputs.cuont);',
      'output "count" of stage "count" was not created: the stage declares no output "cuont"; it declares "count"',
      1,
    ],
    [
      'throws an error with causes',
      "throw new Error('fetch failed', { cause: new AggregateError([new Error('no route')], 'all attempts failed') });",
      'fetch failed\n  caused by: all attempts failed\n  caused by: no route\n',
      1,
    ],
  ])(
    'a stage that %s blocks the stages that read it, and the reason is shown',
    async (_how, body, message, exitCode) => {
      const project = withBody(body);
      const result = await project.run();
      expect(result.stderr).toContain(message);
      expect(result.exitCode).toBe(exitCode);
      expect(result.which('failed')).toEqual(['count']);
      expect(result.which('blocked')).toEqual(['join']);
      expect(project.exists('pipeline.lock')).toBe(false);
    },
  );

  test('a failure returned by a stage is shown with its place and advice, and bad input exits with 2', async () => {
    const project = withBody(
      "return badInput([{ message: 'no y', at: { file: inputs.text, line: 1, column: 5 }, advice: 'Write one y.' }]);",
    );
    project.edit('stages/count.ts', 'import { defineStage }', 'import { badInput, defineStage }');
    const { stderr, exitCode } = await project.run();
    expect(stderr, 'and who made that').toMatch(
      /:1:5: no y, in read.text\n {2}1 \| one two\n {4}\| {5}\^\n {2}→ Write one y\./,
    );
    expect(exitCode).toBe(2);
  });

  test('a stage that overwrites its input is told not to, and the input is computed again', async () => {
    const project = withBody(
      "chmodSync(inputs.text, 0o644); writeFileSync(inputs.text, 'x'); writeFileSync(outputs.count, '3');",
    );
    project.edit('stages/count.ts', 'import { closeSync,', 'import { chmodSync, closeSync,');
    const { stderr, exitCode } = await project.run('count');
    expect(stderr).toContain(
      'input "text" of stage "count", which is read.text in the cache, was changed while the stage was running',
    );
    expect(exitCode).toBe(2);
    expect((await project.run('read')).which('ran')).toEqual(['read']);
  });

  test('after a failure, earlier results are cached, and the corrected stage runs', async () => {
    const project = withBody("throw new Error('no luck');");
    expect((await project.run('--keep-going')).which('ran')).toEqual(['read', 'shout']);
    project.write('stages/count.ts', TOY['stages/count.ts']);
    const { which } = await project.run();
    expect(which('cached')).toEqual(['read', 'shout']);
    expect(which('ran')).toEqual(['count', 'join']);
  });

  test('after a failure, no stage starts that was waiting for resources', async () => {
    const project = toy();
    project.edit('stages/shout.ts', 'writeFileSync(outputs.text,', "throw new Error('no luck' +");
    const { which } = await project.run('--jobs', '1');
    expect(which('failed')).toEqual(['shout']);
    expect(which('cancelled')).toEqual(['count']);
  });

  test('a failure is shown without a stack trace of the runner', async () => {
    const { stderr } = await withBody("throw new Error('no luck');").run();
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('an invalid pipeline', () => {
  test.each<[string, (project: Project) => void, string]>([
    ['an empty pipeline file', (p) => p.write('pipeline.yaml', ''), 'pipeline.yaml:1:1: the pipeline file is empty'],
    [
      'an unknown key',
      (p) => p.edit('pipeline.yaml', 'module: stages/read.ts', 'modul: stages/read.ts'),
      'pipeline.yaml:5:5: unknown key "modul" in stage "read"',
    ],
    [
      'an unknown stage',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: shuot.text'),
      'pipeline.yaml:16:21: unknown stage "shuot"',
    ],
    [
      'an unknown param',
      (p) => p.edit('pipeline.yaml', 'params: { greeting: "', 'params: { time: 2, greeting: "'),
      'pipeline.yaml:10:15: unknown param "time" of stage "shout"',
    ],
    [
      'a dependency cycle',
      (p) => p.edit('pipeline.yaml', 'folder: ./data', 'folder: join.both'),
      'stages form a dependency cycle: read → join → shout → read',
    ],
    [
      'an input that does not exist',
      (p) => p.edit('pipeline.yaml', './data', './dta'),
      'pipeline.yaml:6:23: input "folder" of stage "read" does not exist: ./dta',
    ],
    [
      'a module that does not exist',
      (p) => p.edit('pipeline.yaml', 'stages/join.ts', 'stages/jion.ts'),
      'pipeline.yaml:15:13: module "stages/jion.ts" does not exist',
    ],
    [
      'a module that does not parse',
      (p) => p.edit('lib/upper.ts', '=>', '=> =>'),
      'lib/upper.ts:1:40: Unexpected "=>"',
    ],
    [
      'a module that is not a stage module',
      (p) => p.write('stages/join.ts', 'export const x = 1;\n'),
      'stages/join.ts: this is not a stage module: it has no default export',
    ],
    [
      'a module that throws when it is loaded',
      (p) => p.write('stages/join.ts', "throw new Error('not today');\nexport default {};\n"),
      'stages/join.ts:1:7: the module threw an error while it was loaded: not today',
    ],
    [
      'a package without its native library, on which there is advice',
      (p) => {
        p.write('node_modules/@tensorflow/tfjs-node-gpu/index.js', "throw new Error('no addon');");
        p.write('node_modules/@tensorflow/tfjs-node-gpu/package.json', '{ "version": "4.22.0" }');
        p.write('stages/join.ts', "import '@tensorflow/tfjs-node-gpu';\nexport default {};\n");
      },
      '→ Run `npx pipeline setup`, which installs TensorFlow for this project.',
    ],
  ])('%s is reported with its place before anything runs, and exits with 2', async (_what, edit, message) => {
    const project = toy();
    edit(project);
    const result = await project.run();
    expect(result.stderr).toContain(message);
    expect(result.exitCode).toBe(2);
    expect(result.stages).toEqual([]);
    expect(project.exists('cache/actions')).toBe(false);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test.each([
    [['run', '--frm', 'read'], "unknown option '--frm'"],
    [['run', 'raed'], 'unknown stage "raed"'],
    [['run', '--set', 'greting=x'], '--set greting=x: unknown shared param "greting"'],
    [['run', '--jobs', '0'], 'Expected a positive integer.'],
    [['walk'], "unknown command 'walk'"],
    [['export', 'join'], "missing required argument 'DIR'"],
    [['inspect', 'join.bth'], 'stage "join" has no output "bth"'],
    [['graph', '--format', 'png'], 'unknown format "png"'],
  ])('the command line %j is rejected, and exits with 2', async (args, message) => {
    const { stderr, exitCode } = await toy().pipeline(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
