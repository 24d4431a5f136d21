import { describe, expect, test } from 'vitest';
import type { Finished, Project } from '../../support/project.ts';
import { TOY, toy } from './toy.ts';

/** What is told of each stage that moved. */
function moved({ stdout }: Finished): Record<string, readonly string[]> {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"difference"'));
  const parsed = lines.map((line) => JSON.parse(line) as { stage: string; reasons: string[] });
  return Object.fromEntries(parsed.map(({ stage, reasons }) => [stage, reasons]));
}

async function finished(): Promise<Project> {
  const project = toy();
  expect((await project.run()).exitCode).toBe(0);
  return project;
}

/** As in a fresh clone: nothing but what is committed. */
const clone = (project: Project) => project.remove('cache');

describe('pipeline.lock', () => {
  test('is written after a whole run, and the same whoever writes it', async () => {
    const project = await finished();
    const text = project.read('pipeline.lock');
    expect(text).toMatch(/^shout:\n {2}key: \w{64}\n {2}outputs:\n {4}text: \w{64}\n {2}code: \w{64}\n {2}params:\n/m);
    expect(text).toContain('    greeting: hello\n    times: 1\n');
    clone(project);
    await project.run();
    expect(project.read('pipeline.lock')).toBe(text);
  });

  test('is left as it is by a run over a part, a failed run, and a dry run', async () => {
    const project = await finished();
    const text = project.read('pipeline.lock');
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    await project.run('shout');
    await project.run('--dry-run');
    project.write(
      'stages/join.ts',
      TOY['stages/join.ts'].replace('mkdirSync(outputs.both);', "throw new Error('no');"),
    );
    expect((await project.run()).exitCode).toBe(1);
    expect(project.read('pipeline.lock')).toBe(text);
  });

  test('that cannot be written is a problem, and loses nothing', async () => {
    const project = toy();
    project.write('pipeline.lock/x', '');
    const { exitCode, stderr, which } = await project.run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('pipeline.lock: the lockfile cannot be written: EISDIR');
    expect(which('ran')).toHaveLength(4);
    expect((await project.run()).which('cached')).toHaveLength(4);
  });
});

describe('pipeline run --locked', () => {
  test('runs what the lockfile describes, with an empty cache as well', async () => {
    const project = await finished();
    expect((await project.run('--locked')).which('cached')).toHaveLength(4);
    clone(project);
    const again = await project.run('--locked');
    expect(again.exitCode).toBe(0);
    expect(again.which('ran')).toHaveLength(4);
  });

  test.each<[string, (project: Project) => void, Record<string, string[]>]>([
    [
      'a param',
      (p) => p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye'),
      { shout: ['param greeting hello → bye'] },
    ],
    [
      'code two imports away',
      (p) => p.edit('lib/upper.ts', 'text.toUpperCase()', 'text'),
      { shout: ['stages/shout.ts: lib/upper.ts changed'] },
    ],
    [
      'an input outside the pipeline',
      (p) => p.write('data/a.txt', 'one\n'),
      { read: ['input folder: 1 file changed: a.txt'] },
    ],
    [
      'an input that comes from elsewhere',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: read.text'),
      { join: ['input left changed (from read)'] },
    ],
    [
      'several things at once, each told of its own stage',
      (p) => {
        p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
        p.write('data/a.txt', 'one\n');
      },
      { read: ['input folder: 1 file changed: a.txt'], shout: ['param greeting hello → bye'] },
    ],
    [
      'stages that came or went',
      (p) =>
        p.write(
          'pipeline.yaml',
          p
            .read('pipeline.yaml')
            .replaceAll('count', 'counted')
            .replace('counted.ts', 'count.ts')
            .replace('counted.count', 'counted.count')
            .replace('.counted }', '.count }'),
        ),
      {
        counted: ['it is not in pipeline.lock'],
        count: ['it is in pipeline.lock, but not in the pipeline'],
      },
    ],
  ])('refuses to run, with 3, when the lockfile does not describe %s', async (_what, edit, expected) => {
    const project = await finished();
    const lockfile = project.read('pipeline.lock');
    edit(project);
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(moved(refused)).toEqual(expected);
    expect(refused.stages).toEqual([]);
    expect(JSON.parse(refused.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'run-finished',
      ok: false,
    });
    expect(project.read('pipeline.lock')).toBe(lockfile);
  });

  test('says it as well in a fresh clone, as far as the lockfile tells', async () => {
    const project = await finished();
    project.edit(
      'pipeline.yaml',
      'params: { greeting: "${greeting}" }',
      'params: { greeting: bye, times: 2 }, env: [WHO]'.replace('}, env', '}\n    env'),
    );
    project.edit('lib/upper.ts', 'text.toUpperCase()', 'text');
    clone(project);
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(moved(refused)).toEqual({
      shout: [
        'param greeting hello → bye',
        'param times 1 → 2',
        'stages/shout.ts: its code changed',
        'env WHO changed',
      ],
    });
    expect(refused.stderr).toContain('error: pipeline.lock does not match the current pipeline\n✗ shout: param');
    expect(refused.stderr).toContain('→ Take back what moved, or run the pipeline and commit the new lockfile');
  });

  test('looks only at the stages that are to run', async () => {
    const project = await finished();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    expect((await project.run('count', '--locked')).which('cached')).toEqual(['read', 'count']);
    expect((await project.run('shout', '--locked')).exitCode).toBe(3);
  });

  test('without a lockfile says that unknown none', async () => {
    const refused = await toy().run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('error: pipeline.lock does not exist');
    expect(Object.keys(moved(refused))).toEqual(['read', 'shout', 'count', 'join']);
  });

  test('with a damaged lockfile shows where, and exits with 2', async () => {
    const project = await finished();
    project.write('pipeline.lock', `<<<<<<< HEAD\n${project.read('pipeline.lock')}=======\n>>>>>>> theirs\n`);
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('pipeline.lock:1:1: a merge conflict has not been resolved');
    expect(refused.stderr).toContain('→ Take either side');
  });

  test('with a lockfile that lacks an output says which', async () => {
    const project = await finished();
    project.write(
      'pipeline.lock',
      project.read('pipeline.lock').replace(/^ {4}count: .*\n/m, '    other: $&'.replace('$&', `${'a'.repeat(64)}\n`)),
    );
    expect(moved(await project.run('--locked'))).toEqual({
      count: ['its output count is not in pipeline.lock', 'it has no output other, which is in pipeline.lock'],
    });
  });
});

describe('run --locked, with a stage that puts out something else each time,', () => {
  function unsteady(): Project {
    const project = toy();
    project.edit('stages/count.ts', 'JSON.stringify({ words })', 'JSON.stringify({ words }) + process.hrtime.bigint()');
    return project;
  }

  test('names the stage and the output, exits with 3, and runs nothing that reads it', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    clone(project);
    const differs = await project.run('--locked');
    expect(differs.exitCode).toBe(3);
    expect(differs.which('failed')).toEqual(['count']);
    expect(differs.which('blocked')).toEqual(['join']);
    expect(differs.stdout).toContain('{"type":"difference","stage":"count","output":"count","file":"count.json"');
    expect(differs.stderr).toMatch(
      /✗ count: its result is not the one in pipeline\.lock\n {2}output count: count\.json differs/,
    );
    expect(differs.stderr).toContain('where is not known, since the first one is not in the cache');
    expect(project.read('pipeline.lock')).toBe(lockfile);
  });

  test('is content with the result that the lockfile names, as long as the cache has it', async () => {
    const project = unsteady();
    await project.run();
    expect((await project.run('--locked')).exitCode).toBe(0);
  });

  test('finds another result in the cache, too, and where it differs while both are there', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    await project.run('--force');
    project.write('pipeline.lock', lockfile);
    const differs = await project.run('--locked');
    expect(differs.exitCode).toBe(3);
    expect(differs.stderr).toMatch(/output count: count\.json differs from offset \d+ on: 0x3\d → 0x3\d/);
    expect(differs.stderr).toContain('The cache has another result than pipeline.lock');
  });
});
