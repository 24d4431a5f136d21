import { chmodSync, lstatSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Finished, Project } from '../../support/project.ts';
import { TOY, toy } from './toy-pipeline.ts';

/** Returns the reasons reported for each stage that differs from the lockfile. */
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

/** Deletes everything that is not committed, as in a fresh clone. */
const clone = (project: Project) => project.remove('cache');

describe('pipeline.lock', () => {
  test('pipeline.lock is written after a complete run, and is the same in every project folder', async () => {
    const project = await finished();
    const text = project.read('pipeline.lock');
    expect(text).toMatch(/^shout:\n {2}key: \w{64}\n {2}outputs:\n {4}text: \w{64}\n {2}code: \w{64}\n {2}params:\n/m);
    expect(text).toContain('    greeting: hello\n    times: 1\n');
    clone(project);
    await project.run();
    expect(project.read('pipeline.lock')).toBe(text);
  });

  test('pipeline.lock is not changed by a partial run, a failed run, or a dry run', async () => {
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

  test('a pipeline.lock that cannot be written is reported, and no result is lost', async () => {
    const project = toy();
    project.write('pipeline.lock/x', '');
    const { exitCode, stderr, which } = await project.run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('pipeline.lock: cannot write the lockfile: EISDIR');
    expect(which('ran')).toHaveLength(4);
    expect((await project.run()).which('cached')).toHaveLength(4);
  });
});

describe('pipeline run --locked', () => {
  test('run --locked runs a pipeline that matches the lockfile, also with an empty cache', async () => {
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
      'a module that is imported indirectly',
      (p) => p.edit('lib/upper.ts', 'text.toUpperCase()', 'text'),
      { shout: ['stages/shout.ts: lib/upper.ts changed'] },
    ],
    [
      'an input outside the pipeline',
      (p) => p.write('data/a.txt', 'one\n'),
      { read: ['input folder: 1 file changed: a.txt'] },
    ],
    [
      'the source of an input',
      (p) => p.edit('pipeline.yaml', 'left: shout.text', 'left: read.text'),
      { join: ['input left changed (from read)'] },
    ],
    [
      'several stages, each with its own reason',
      (p) => {
        p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
        p.write('data/a.txt', 'one\n');
      },
      { read: ['input folder: 1 file changed: a.txt'], shout: ['param greeting hello → bye'] },
    ],
    [
      'the names of stages',
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
        counted: ['it is not in the lockfile'],
        count: ['it is in the lockfile, but not in the pipeline'],
      },
    ],
  ])(
    'run --locked exits with 3 before anything runs if the lockfile does not match %s',
    async (_what, edit, expected) => {
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
    },
  );

  test('run --locked gives the reasons in a fresh clone too, as far as the lockfile has them', async () => {
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
    expect(refused.stderr).toContain('→ Undo these changes, or run the pipeline and commit the new lockfile');
  });

  test('run --locked checks only the stages that are to run', async () => {
    const project = await finished();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    expect((await project.run('count', '--locked')).which('cached')).toEqual(['read', 'count']);
    expect((await project.run('shout', '--locked')).exitCode).toBe(3);
  });

  test('run --locked without a lockfile reports that it does not exist', async () => {
    const refused = await toy().run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('error: pipeline.lock does not exist');
    expect(Object.keys(moved(refused))).toEqual(['read', 'shout', 'count', 'join']);
  });

  test('run --locked with a corrupted lockfile shows the place, and exits with 2', async () => {
    const project = await finished();
    project.write('pipeline.lock', `<<<<<<< HEAD\n${project.read('pipeline.lock')}=======\n>>>>>>> theirs\n`);
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('pipeline.lock:1:1: unresolved merge conflict');
    expect(refused.stderr).toContain('→ Take either side');
  });

  test('run --locked with a lockfile that lacks an output names the output', async () => {
    const project = await finished();
    project.write(
      'pipeline.lock',
      project.read('pipeline.lock').replace(/^ {4}count: .*\n/m, '    other: $&'.replace('$&', `${'a'.repeat(64)}\n`)),
    );
    expect(moved(await project.run('--locked'))).toEqual({
      count: [
        'its output "count" is not in the lockfile',
        'its output "other" is in the lockfile, but no longer declared',
      ],
    });
  });
});

describe('pipeline run --locked with a non-deterministic stage', () => {
  function unsteady(): Project {
    const project = toy();
    project.edit('stages/count.ts', 'JSON.stringify({ words })', 'JSON.stringify({ words }) + process.hrtime.bigint()');
    return project;
  }

  test('a different output is reported with its stage, exits with 3, and blocks the stages that read it', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    clone(project);
    const differs = await project.run('--locked');
    expect(differs.exitCode).toBe(3);
    expect(differs.which('failed')).toEqual(['count']);
    expect(differs.which('blocked')).toEqual(['join']);
    expect(differs.stdout).toContain('{"type":"difference","stage":"count","output":"count","file":"count.json"');
    expect(differs.stderr).toMatch(/✗ count: result differs from the lockfile\n {2}output count: count\.json differs/);
    expect(differs.stderr).toContain(
      'the first difference is unknown, because the expected content is not in the cache',
    );
    expect(project.read('pipeline.lock')).toBe(lockfile);
  });

  test('the result in the lockfile is accepted as long as it is in the cache', async () => {
    const project = unsteady();
    await project.run();
    expect((await project.run('--locked')).exitCode).toBe(0);
  });

  test('a different cached result is reported, with the first difference while both are in the cache', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    await project.run('--force');
    project.write('pipeline.lock', lockfile);
    const differs = await project.run('--locked');
    expect(differs.exitCode).toBe(3);
    expect(differs.stderr).toMatch(/output count: count\.json differs from offset \d+ on: 0x3\d → 0x3\d/);
    expect(differs.stderr).toContain('The cached result differs from the lockfile');
  });
});

test('pipeline.lock keeps its permissions, and one that is a symbolic link is written where the link leads', async () => {
  const project = toy();
  project.write('locks/toy.lock', '');
  chmodSync(project.path('locks/toy.lock'), 0o660);
  symlinkSync('locks/toy.lock', project.path('pipeline.lock'));
  expect((await project.run()).exitCode).toBe(0);
  expect(lstatSync(project.path('pipeline.lock')).isSymbolicLink()).toBe(true);
  expect(statSync(project.path('locks/toy.lock')).mode & 0o777).toBe(0o660);
  expect((await project.run('--locked')).exitCode).toBe(0);
  expect(project.list('locks')).toEqual(['toy.lock']);
});
