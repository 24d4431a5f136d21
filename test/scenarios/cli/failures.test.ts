import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { TOY, toy } from './toy.ts';

/** What a stage's body is replaced by. */
function withBody(body: string): Project {
  const project = toy();
  project.write('stages/count.ts', TOY['stages/count.ts'].replace(/const words[\s\S]*JSON[^\n]*\n/, `${body}\n`));
  return project;
}

describe('a stage that fails', () => {
  test.each<[string, string, string, number]>([
    ['throws', "throw new Error('no luck');", 'stages/count.ts:8:11: no luck', 1],
    ['rejects', "return Promise.reject(new TypeError('no luck'));", 'stages/count.ts:8:27: no luck', 1],
    ['throws later', "setTimeout(() => { throw new Error('late'); }); return new Promise(() => undefined);", 'late', 1],
    ['ends its process', 'process.exit(7);', 'stage «count» ended with exit code 7', 1],
    ['is killed', "process.kill(process.pid, 'SIGKILL');", 'stage «count» was ended by SIGKILL', 1],
    ['leaves an output unmade', '', 'stage «count» left its output «count» unmade', 1],
    ['leaves an output empty', "writeFileSync(outputs.count, '');", 'stage «count» left its output «count» empty', 1],
  ])('because it %s stops what reads it, and says why', async (_how, body, message, exitCode) => {
    const project = withBody(body);
    const result = await project.run();
    expect(result.stderr).toContain(message);
    expect(result.exitCode).toBe(exitCode);
    expect(result.which('failed')).toEqual(['count']);
    expect(result.which('blocked')).toEqual(['join']);
    expect(project.exists('pipeline.lock')).toBe(false);
  });

  test('by its own word, with a place and advice, shows both; bad input exits with 2', async () => {
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

  test('loses nothing that was done before, and is run again once it is mended', async () => {
    const project = withBody("throw new Error('no luck');");
    expect((await project.run('--keep-going')).which('ran')).toEqual(['read', 'shout']);
    project.write('stages/count.ts', TOY['stages/count.ts']);
    const { which } = await project.run();
    expect(which('cached')).toEqual(['read', 'shout']);
    expect(which('ran')).toEqual(['count', 'join']);
  });

  test('lets no stage start that had to wait for its place', async () => {
    const project = toy();
    project.edit('stages/shout.ts', 'writeFileSync(outputs.text,', "throw new Error('no luck' +");
    const { which } = await project.run('--jobs', '1');
    expect(which('failed')).toEqual(['shout']);
    expect(which('cancelled')).toEqual(['count']);
  });

  test('does not show a stack trace of the runner', async () => {
    const { stderr } = await withBody("throw new Error('no luck');").run();
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a pipeline that cannot be planned', () => {
  test.each<[string, (project: Project) => void, string]>([
    ['no pipeline file', (p) => p.write('pipeline.yaml', ''), 'pipeline.yaml:1:1: the pipeline file is empty'],
    [
      'an unknown key',
      (p) => p.edit('pipeline.yaml', 'module: stages/read.ts', 'modul: stages/read.ts'),
      'pipeline.yaml:5:5: unknown key «modul» in stage «read»',
    ],
    [
      'an unknown stage',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: shuot.text'),
      'pipeline.yaml:16:21: there is no stage «shuot»',
    ],
    [
      'an unknown param',
      (p) => p.edit('pipeline.yaml', 'params: { greeting: "', 'params: { time: 2, greeting: "'),
      'pipeline.yaml:10:15: unknown param «time» of stage «shout»',
    ],
    [
      'a circle',
      (p) => p.edit('pipeline.yaml', 'folder: ./data', 'folder: join.both'),
      'stages wait for each other in a circle: read → join → shout → read',
    ],
    [
      'an input that is not there',
      (p) => p.edit('pipeline.yaml', './data', './dta'),
      'pipeline.yaml:6:23: input «folder» of stage «read» is not there: ./dta',
    ],
    [
      'a module that is not there',
      (p) => p.edit('pipeline.yaml', 'stages/join.ts', 'stages/jion.ts'),
      'pipeline.yaml:15:13: there is no module stages/jion.ts',
    ],
    [
      'a module that does not parse',
      (p) => p.edit('lib/upper.ts', '=>', '=> =>'),
      'lib/upper.ts:1:40: Unexpected "=>"',
    ],
    [
      'a module that is no stage',
      (p) => p.write('stages/join.ts', 'export const x = 1;\n'),
      'stages/join.ts: this is not a stage module: it has no default export',
    ],
    [
      'a module that throws when it is loaded',
      (p) => p.write('stages/join.ts', "throw new Error('not today');\nexport default {};\n"),
      'stages/join.ts:1:7: the module threw while it was loaded: not today',
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
  ])('because of %s runs nothing, names the place and exits with 2', async (_what, edit, message) => {
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
    [['run', 'raed'], 'there is no stage «raed»'],
    [['run', '--set', 'greting=x'], '--set greting=x: there is no shared param «greting»'],
    [['run', '--jobs', '0'], 'It must be a whole number from 1.'],
    [['walk'], "unknown command 'walk'"],
    [['export', 'join'], "missing required argument 'DIR'"],
    [['inspect', 'join.bth'], 'stage «join» has no output «bth»'],
    [['graph', '--format', 'png'], 'there is no format «png»'],
  ])('as %j is refused with 2', async (args, message) => {
    const { stderr, exitCode } = await toy().pipeline(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
