import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

/** Returns the reasons that `pipeline status` gives for each stage after an edit. */
async function reasons(edit: (project: Project) => void, ...args: string[]): Promise<Record<string, string>> {
  const project = toy();
  await project.run();
  edit(project);
  const { stages } = await project.pipeline('status', '--json', ...args);
  return Object.fromEntries(
    stages.flatMap(({ name, reasons: why }) => (why.length === 0 ? [] : [[name, why.join('; ')]])),
  );
}

const AFTER_READ = { shout: 'read would run', count: 'read would run', join: 'shout would run; count would run' };

describe('the reasons of pipeline status', () => {
  test.each<[string, (project: Project) => void, Record<string, string>]>([
    ['nothing', () => undefined, {}],
    [
      'a param',
      (p) => p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye'),
      { shout: 'param greeting hello → bye', join: 'shout would run' },
    ],
    [
      'a module',
      (p) => p.edit('lib/upper.ts', 'text.toUpperCase()', 'text'),
      { shout: 'stages/shout.ts: lib/upper.ts changed', join: 'shout would run' },
    ],
    [
      'files of an input',
      (p) => {
        p.write('data/a.txt', 'other\n');
        p.write('data/new.txt', 'new\n');
      },
      { read: 'input folder: 1 file changed, 1 new: a.txt, new.txt', ...AFTER_READ },
    ],
    [
      'an input, and a param of a downstream stage',
      (p) => {
        p.remove('data/a.txt');
        p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
      },
      {
        read: 'input folder: 1 file removed: a.txt',
        ...AFTER_READ,
        shout: 'param greeting hello → bye; read would run',
      },
    ],
    [
      'another source of an input',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: read.text'),
      { join: 'input left changed (from read)' },
    ],
  ])('pipeline status gives the reasons after a change of %s', async (_what, edit, expected) => {
    expect(await reasons(edit)).toEqual(expected);
  });

  test('pipeline status gives the reason for a new stage and for a corrupted result', async () => {
    const project = toy();
    await project.run('--until', 'shout');
    const { stages } = await project.pipeline('status', '--json');
    expect(stages.map(({ reasons: why }) => why)).toEqual([[], [], ['it has not run yet'], ['count would run']]);
  });
});

describe('pipeline explain', () => {
  test('pipeline explain marks the parts that changed, and names the run of the last result', async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('explain', 'shout', '--set', 'greeting=bye');
    expect(stdout).toContain('would run: param greeting hello → bye');
    expect(stdout).toMatch(/● differs from its last result, computed by run \d{8}-\d{6}-\w+, \d{4}-/);
    expect(stdout).toMatch(/^● {2}param +greeting +"bye"$/m);
    expect(stdout).toMatch(/^ {3}param +times +1$/m);
  });

  test('pipeline explain names the run that computed a cached result', async () => {
    const project = toy();
    await project.run();
    expect((await project.pipeline('explain', 'shout')).stdout).toMatch(
      /cached\ncomputed by run \d{8}-\d{6}-\w+, \d{4}-/,
    );
  });

  test('pipeline explain shows the known parts while upstream stages would run', async () => {
    const project = toy();
    await project.run();
    project.write('data/a.txt', 'other\n');
    const { stdout, exitCode } = await project.pipeline('explain', 'shout', '--set', 'greeting=bye');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('shout  key unknown until upstream stages have run');
    expect(stdout).toContain('would run: param greeting hello → bye; read would run');
    expect(stdout).toMatch(/^● {2}input +text +unknown until its stage has run$/m);
  });
});

test('a stage that has failed so far is not said to have never run', async () => {
  const project = toy();
  const intact = project.read('stages/shout.ts');
  project.write('stages/shout.ts', intact.replace('run(', "run() { throw new Error('no voice'); }, other("));
  const failed = await project.run();
  expect(failed.which('failed')).toEqual(['shout']);
  const { stages } = await project.pipeline('status', '--json');
  expect(stages.find(({ name }) => name === 'shout')?.reasons).toEqual([
    expect.stringMatching(/^it failed in run 2\S+, and has no result yet$/),
  ]);
  expect(stages.find(({ name }) => name === 'join')?.reasons).toContain('shout would run');
});

test('a stage that has failed since its last result is said to have failed', async () => {
  const project = toy();
  await project.run();
  project.edit('stages/shout.ts', 'writeFileSync(outputs.text,', "throw new Error('no voice' +");
  await project.run();
  const reasonsNow = async () => (await project.pipeline('status', '--json')).stages[1]?.reasons;
  expect(await reasonsNow()).toEqual(['stages/shout.ts changed', expect.stringMatching(/^it failed in run 2\S+$/)]);
  project.edit('stages/shout.ts', 'no voice', 'a cold');
  expect(await reasonsNow()).toEqual(['stages/shout.ts changed']);
});

test('a dry run shows no id of a run, since there is none to be found', async () => {
  const project = toy();
  for (const args of [['status'], ['run', '--dry-run']]) {
    const { stdout } = await project.pipeline(...args);
    expect(stdout).toMatch(/^toy · dry run\n/);
    expect(stdout).not.toMatch(/\d{8}-\d{6}/);
    const lines = (await project.pipeline(...args, '--json')).stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines.at(0)).toMatchObject({ type: 'run-started', purpose: 'dry-run', run: null });
    expect(lines.at(-1)).toMatchObject({ type: 'run-finished', run: null });
  }
  expect((await project.pipeline('runs')).stdout).toBe('There are no runs yet.');
});
