import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { toFinished } from '../../support/project.ts';
import { cacheCommand, filesIn, lines, withHistory } from './cache-commands.ts';
import { gated, toy } from './toy-pipeline.ts';

/** Changes a file without changing its times and, if possible, its size. */
function damage(path: string, how: 'flip' | 'truncate'): void {
  const { atime, mtime, mode, size } = statSync(path);
  chmodSync(path, 0o644);
  if (how === 'truncate') truncateSync(path, size - 1);
  else {
    const content = readFileSync(path);
    const middle = Math.floor(size / 2);
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(path, content);
  }
  chmodSync(path, mode);
  utimesSync(path, atime, mtime);
}

describe('pipeline cache verify', () => {
  test('cache verify reports an intact cache', async () => {
    const project = await withHistory();
    const finished = await project.pipeline('cache', 'verify');
    expect(finished).toMatchObject({ exitCode: 0, stdout: 'intact: 6 objects, 6 actions, 3 runs' });
  });

  test('cache verify finds every corrupted file and names its stage, and the next run recomputes the same content', {
    timeout: 300_000,
  }, async () => {
    const project = toy();
    const first = await project.run();
    const files = [...filesIn(project, 'objects'), ...filesIn(project, 'actions')].map((path) =>
      relative(project.directory, path),
    );
    expect(files).toHaveLength(9);
    for (const file of files) {
      for (const how of ['flip', 'truncate'] as const) {
        damage(project.path(file), how);
        const verified = await cacheCommand(project, 'verify');
        const [found, ...more] = lines(verified, 'damage') as {
          path: string;
          affects: { stage: string; age: string }[];
        }[];
        expect(verified.exitCode, `${how} ${file}`).toBe(1);
        expect(more).toEqual([]);
        expect(project.path(file).startsWith(found?.path ?? 'nothing'), `${how} ${file}`).toBe(true);
        const stages = found?.affects.map(({ stage }) => stage) ?? [];
        expect(stages).toHaveLength(1);
        expect(found?.affects[0]?.age).toBe('current');
        expect((await cacheCommand(project, 'verify')).exitCode).toBe(0);
        const healed = await project.run();
        expect(healed.which('ran'), `${how} ${file}`).toEqual(stages);
        expect(healed.stages.map(({ outputs }) => outputs)).toEqual(first.stages.map(({ outputs }) => outputs));
      }
    }
  });

  test('cache verify does not rely on stored times and inodes', async () => {
    const project = toy();
    await project.run();
    const remembered = readFileSync(project.remembered('trees'));
    const [object = ''] = filesIn(project, 'objects');
    damage(object, 'flip');
    writeFileSync(project.remembered('trees'), remembered);
    expect((await cacheCommand(project, 'verify')).exitCode).toBe(1);
  });

  test('cache verify finds missing, additional and unexpected files', async () => {
    const project = toy();
    await project.run();
    const directory = dirname(filesIn(project, 'objects').find((path) => path.endsWith('left.txt')) ?? '');
    writeFileSync(join(directory, 'more.txt'), '');
    project.write('cache/objects/ab/cd', 'x');
    const [added, ...others] = lines(await cacheCommand(project, 'verify'), 'damage');
    expect(added).toMatchObject({
      kind: 'object',
      path: directory,
      affects: [{ stage: 'join', output: 'both', age: 'current' }],
    });
    expect(others).toMatchObject([{ kind: 'strange', path: project.path('cache/objects/ab/cd'), deleted: false }]);
    expect(project.exists('cache/objects/ab/cd')).toBe(true);
    expect(lines(await cacheCommand(project, 'verify', '--yes'), 'damage')).toMatchObject([{ deleted: true }]);
    expect(project.exists('cache/objects/ab/cd')).toBe(false);
    expect((await project.run()).which('ran')).toEqual(['join']);
    const lost = filesIn(project, 'objects').find((path) => !path.includes('left') && !path.includes('right')) ?? '';
    renameSync(lost, project.path('gone'));
    expect(lines(await cacheCommand(project, 'verify'), 'damage')).toMatchObject([{ kind: 'incomplete' }]);
    expect((await project.run()).which('ran')).toHaveLength(1);
    expect((await cacheCommand(project, 'verify')).exitCode).toBe(0);
  });

  test('cache verify repairs a cache whose folder of objects is a file', async () => {
    const project = toy();
    await project.run();
    project.remove('cache/objects');
    project.write('cache/objects', 'x');
    const verified = await cacheCommand(project, 'verify', '--yes');
    expect(lines(verified, 'damage').map(({ kind }) => kind)).toContain('strange');
    expect((await project.run()).which('ran')).toHaveLength(4);
  });

  test('cache verify finds corrupted run records, which other commands skip', async () => {
    const project = await withHistory();
    const [, second = ''] = filesIn(project, 'runs').sort();
    damage(second, 'flip');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(2);
    expect(lines(await cacheCommand(project, 'verify'), 'damage')).toMatchObject([{ kind: 'run', path: second }]);
    expect(existsSync(second)).toBe(false);
  });

  test('cache verify marks corrupted results from an earlier state of the pipeline', async () => {
    const project = await withHistory();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: third');
    await project.run();
    const bye =
      filesIn(project, 'objects').find(
        (path) => readFileSync(path, 'utf8').startsWith('bye') && !path.endsWith('left.txt'),
      ) ?? '';
    damage(bye, 'flip');
    const { stdout } = await project.pipeline('cache', 'verify');
    expect(stdout).toContain('    shout.text, from an earlier state of the pipeline\n');
  });

  test('cache verify during a run does not report what is being written as corrupted', async () => {
    const gate = await Gate.open();
    const project = gated();
    const running = project.start(['run', '--json'], { GATE: gate.address });
    const [a, b] = [await gate.next(), await gate.next()];
    a.finish();
    expect(await cacheCommand(project, 'verify')).toMatchObject({ exitCode: 0 });
    b.finish();
    (await gate.next()).finish();
    expect(toFinished(await running).which('ran')).toEqual(['a', 'b', 'c']);
    expect(await cacheCommand(project, 'verify')).toMatchObject({ exitCode: 0 });
  });
});
