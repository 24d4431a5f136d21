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
import { filesIn, house, lines, withHistory } from './cache-commands.ts';
import { gated, toy } from './toy.ts';

/** Changes a file so that neither its size, if possible, nor its times tell. */
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
  test('finds a whole cache whole', async () => {
    const project = await withHistory();
    const finished = await project.pipeline('cache', 'verify');
    expect(finished).toMatchObject({ exitCode: 0, stdout: 'whole: 6 objects, 6 actions, 3 runs' });
  });

  test('finds each damaged file, names the stage, and the next run makes the same again', {
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
        const verified = await house(project, 'verify');
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
        expect((await house(project, 'verify')).exitCode).toBe(0);
        const healed = await project.run();
        expect(healed.which('ran'), `${how} ${file}`).toEqual(stages);
        expect(healed.stages.map(({ outputs }) => outputs)).toEqual(first.stages.map(({ outputs }) => outputs));
      }
    }
  });

  test('does not trust what is remembered of times and inodes', async () => {
    const project = toy();
    await project.run();
    const remembered = project.read('cache/index/trees');
    const [object = ''] = filesIn(project, 'objects');
    damage(object, 'flip');
    project.write('cache/index/trees', remembered);
    expect((await house(project, 'verify')).exitCode).toBe(1);
  });

  test('finds missing and added files, and what the cache has not made', async () => {
    const project = toy();
    await project.run();
    const directory = dirname(filesIn(project, 'objects').find((path) => path.endsWith('left.txt')) ?? '');
    writeFileSync(join(directory, 'more.txt'), '');
    project.write('cache/objects/ab/cd', 'x');
    const [added, ...others] = lines(await house(project, 'verify'), 'damage');
    expect(added).toMatchObject({
      kind: 'object',
      path: directory,
      affects: [{ stage: 'join', output: 'both', age: 'current' }],
    });
    expect(others).toMatchObject([{ kind: 'strange', path: project.path('cache/objects/ab/cd') }]);
    expect((await project.run()).which('ran')).toEqual(['join']);
    const lost = filesIn(project, 'objects').find((path) => !path.includes('left') && !path.includes('right')) ?? '';
    renameSync(lost, project.path('gone'));
    expect(lines(await house(project, 'verify'), 'damage')).toMatchObject([{ kind: 'incomplete' }]);
    expect((await project.run()).which('ran')).toHaveLength(1);
    expect((await house(project, 'verify')).exitCode).toBe(0);
  });

  test('mends even a cache whose folder of objects is a file', async () => {
    const project = toy();
    await project.run();
    project.remove('cache/objects');
    project.write('cache/objects', 'x');
    expect(lines(await house(project, 'verify'), 'damage').map(({ kind }) => kind)).toContain('strange');
    expect((await project.run()).which('ran')).toHaveLength(4);
  });

  test('finds damaged run records, which other commands pass over', async () => {
    const project = await withHistory();
    const [, second = ''] = filesIn(project, 'runs').sort();
    damage(second, 'flip');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(2);
    expect(lines(await house(project, 'verify'), 'damage')).toMatchObject([{ kind: 'run', path: second }]);
    expect(existsSync(second)).toBe(false);
  });

  test('says of old results that they are old', async () => {
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

  test('beside a run does not take what is just being made for damaged', async () => {
    const gate = await Gate.open();
    const project = gated();
    const running = project.start(['run', '--json'], { GATE: gate.address });
    const [a, b] = [await gate.next(), await gate.next()];
    a.finish();
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
    b.finish();
    (await gate.next()).finish();
    expect(toFinished(await running).which('ran')).toEqual(['a', 'b', 'c']);
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
  });
});
