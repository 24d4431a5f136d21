import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { toy } from './toy.ts';

/** What `pipeline status` says of each stage after an edit. */
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

describe('pipeline status says why a stage would run', () => {
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
      'an input, and a param further on',
      (p) => {
        p.remove('data/a.txt');
        p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
      },
      {
        read: 'input folder: 1 file gone: a.txt',
        ...AFTER_READ,
        shout: 'param greeting hello → bye; read would run',
      },
    ],
    [
      'another source of an input',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: read.text'),
      { join: 'input left changed (from read)' },
    ],
  ])('%s', async (_what, edit, expected) => {
    expect(await reasons(edit)).toEqual(expected);
  });

  test('a stage that is new, and one that was damaged', async () => {
    const project = toy();
    await project.run('--until', 'shout');
    const { stages } = await project.pipeline('status', '--json');
    expect(stages.map(({ reasons: why }) => why)).toEqual([[], [], ['it has not run yet'], ['count would run']]);
  });
});

describe('pipeline explain', () => {
  test('marks the parts that changed, and says since which run', async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('explain', 'shout', '--set', 'greeting=bye');
    expect(stdout).toContain('would run: param greeting hello → bye');
    expect(stdout).toMatch(/● differs from its last result, computed by run \d{8}-\d{6}-\w+, \d{4}-/);
    expect(stdout).toMatch(/^● {2}param +greeting +"bye"$/m);
    expect(stdout).toMatch(/^ {3}param +times +1$/m);
  });

  test('of a cached result says which run made it', async () => {
    const project = toy();
    await project.run();
    expect((await project.pipeline('explain', 'shout')).stdout).toMatch(
      /cached\ncomputed by run \d{8}-\d{6}-\w+, \d{4}-/,
    );
  });

  test('tells what is known while stages before it would run', async () => {
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
