import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';
import { ALL, fruit } from './fruit.ts';

/** The stage that reads the folder with a filter, and its downstream stages. */
const GATHER = ['gather', 'report', 'score', 'train'];

checkEdits('after a change of inputs', [
  edit('the content of a file', ALL, (project) => project.write('data/apple.txt', 'yellow\n')),
  edit('the content of a file, of the same length', ALL, (project) => project.write('data/apple.txt', 'rot\n')),
  edit('white space that the stage removes (early cutoff)', ['gather', 'texts'], (project) => {
    project.write('data/apple.txt', 'red\n\n');
  }),
  edit('the content of a file that matches only one of two filters', GATHER, (project) => {
    project.write('data/photo.bin', '\u0003');
  }),
  edit('a file written with the same content', [], (project) => project.write('data/apple.txt', 'red\n')),
  edit('the time of a file', [], (project) => utimesSync(project.path('data/apple.txt'), 1, 1)),
  edit('the permissions of a file', [], (project) => chmodSync(project.path('data/apple.txt'), 0o600)),
  edit('a file added', ALL, (project) => project.write('data/plum.txt', 'blue')),
  edit('a file added in a folder inside', ALL, (project) => project.write('data/inner/plum.txt', 'blue')),
  edit('a file removed', ALL, (project) => project.remove('data/apple.txt')),
  edit('a file renamed', ALL, (project) => {
    renameSync(project.path('data/apple.txt'), project.path('data/apricot.txt'));
  }),
  edit('a file renamed to upper case', ALL, (project) => {
    renameSync(project.path('data/apple.txt'), project.path('data/Apple.txt'));
  }),
  edit('a file moved into a folder', ALL, (project) => {
    renameSync(project.path('data/apple.txt'), project.path('data/inner/apple.txt'));
  }),
  edit('an empty folder added, which the stage ignores', ['gather'], (project) => {
    mkdirSync(project.path('data/empty'));
  }),
  edit('a file replaced by a symbolic link to the same content', [], (project) => {
    renameSync(project.path('data/apple.txt'), project.path('lib/apple.txt'));
    symlinkSync('../lib/apple.txt', project.path('data/apple.txt'));
  }),
  edit('a symbolic link to other content', ALL, (project) => {
    project.remove('data/apple.txt');
    project.write('lib/apple.txt', 'green');
    symlinkSync('../lib/apple.txt', project.path('data/apple.txt'));
  }),
  edit('two files swapped', ALL, (project) => {
    renameSync(project.path('data/apple.txt'), project.path('data/x'));
    renameSync(project.path('data/inner/pear.txt'), project.path('data/apple.txt'));
    renameSync(project.path('data/x'), project.path('data/inner/pear.txt'));
  }),
  edit('the folder replaced by a copy of itself', [], (project) => {
    cpSync(project.path('data'), project.path('copy'), { recursive: true });
    project.remove('data');
    renameSync(project.path('copy'), project.path('data'));
  }),
  edit('a single file that is an input', ['report', 'score'], (project) => project.write('labels.csv', 'apple,2\n')),
  edit('a file that is not an input', [], (project) => project.write('notes.txt', 'nobody reads this')),
  edit('another spelling of an input path', [], (project) =>
    project.edit('pipeline.yaml', 'source: ./data', 'source: ./lib/../data'),
  ),
  edit('an absolute input path', [], (project) =>
    project.edit('pipeline.yaml', 'source: ./data', `source: ${project.path('data')}`),
  ),
  edit('an input path to a copy', [], (project) => {
    cpSync(project.path('data'), project.path('lib/copy'), { recursive: true });
    project.edit('pipeline.yaml', 'source: ./data', 'source: ./lib/copy');
  }),
  edit('an input path to other content', ['gather', 'report', 'score', 'train'], (project) => {
    project.edit('pipeline.yaml', 'source: ./data', 'source: ./data/inner');
  }),
  edit('another filter for the same files', [], (project) => {
    project.edit('pipeline.yaml', 'include: ["**/*.txt"], exclude: [', 'exclude: ["*.bin", ');
  }),
  edit('a filter with another pattern that matches no file', [], (project) => {
    project.edit('pipeline.yaml', 'include: ["**/*.txt"]', 'include: ["**/*.txt", "*.jpg"]');
  }),
  edit('a filter that matches one more file', ['report', 'texts'], (project) => {
    project.edit('pipeline.yaml', 'include: ["**/*.txt"]', 'include: ["**/*.txt", "*.bin"]');
  }),
  edit('a filter that no longer excludes a file', ['report', 'texts'], (project) => {
    project.edit('pipeline.yaml', ', exclude: ["drafts/**"]', '');
  }),
  edit('the content of a file that matches include and exclude', GATHER, (project) => {
    project.write('data/drafts/fig.txt', 'white\n');
  }),
  edit('a file added that matches include and exclude', GATHER, (project) => {
    project.write('data/drafts/grape.txt', 'blue\n');
  }),
  edit('a file removed that matches include and exclude', GATHER, (project) => project.remove('data/drafts/fig.txt')),
  edit('a file added that matches neither include nor exclude', GATHER, (project) => {
    project.write('data/inner/photo.bin', '\u0004');
  }),
  edit('a file moved to where it is excluded', ALL, (project) => {
    renameSync(project.path('data/inner/pear.txt'), project.path('data/drafts/pear.txt'));
  }),
  edit('a file moved from where it was excluded', ALL, (project) => {
    renameSync(project.path('data/drafts/fig.txt'), project.path('data/fig.txt'));
  }),
]);

const nothing = () => undefined;

checkEdits('after a change of the environment', [
  edit('a declared variable', ['report', 'score'], nothing, { env: { UNIT: 'kg' } }),
  edit('a declared variable that is empty instead of unset', ['score'], nothing, { env: { UNIT: '' } }),
  edit('a variable that is not declared, so that the stage does not see it', [], nothing, { env: { OTHER: '1' } }),
  edit('a variable declared, but not set', ['score'], (project) => {
    project.edit('pipeline.yaml', 'env: [UNIT]', 'env: [UNIT, MISSING]');
  }),
  edit('the order in which variables are declared', [], (project) => {
    project.edit('pipeline.yaml', 'env: [UNIT]', 'env: [MISSING, UNIT]');
  }),
  edit('a variable no longer declared', ['score'], (project) => project.edit('pipeline.yaml', '    env: [UNIT]\n', '')),
]);

test('a stage that reads a filtered folder sees only the files that count in its key', async () => {
  const project = fruit(afterAll);
  await project.run();
  const { stdout } = await project.pipeline('export', 'texts', 'result');
  expect(stdout).toContain('result/table.json');
  expect(JSON.parse(project.read('result/table.json'))).toEqual(['apple.txt: red', 'inner/pear.txt: green']);
});

describe('moving files', () => {
  const moved = async (move: (from: Project, to: Project) => void) => {
    const from = fruit(afterAll);
    await from.run();
    const to = fruit(afterAll);
    rmSync(to.path('.'), { recursive: true });
    move(from, to);
    return (await to.run()).which('ran');
  };

  test('moving the project to another folder reruns nothing', async () => {
    expect(await moved((from, to) => renameSync(from.path('.'), to.path('.')))).toEqual([]);
  });

  test('copying the project, with new file times, reruns nothing', async () => {
    expect(await moved((from, to) => cpSync(from.path('.'), to.path('.'), { recursive: true }))).toEqual([]);
  });

  test('moving only the cache reruns nothing', async () => {
    const from = fruit(afterAll);
    await from.run('--cache', from.path('elsewhere'));
    renameSync(from.path('elsewhere'), from.path('cache'));
    expect((await from.run()).which('ran')).toEqual([]);
  });

  test('deleting an input file and restoring it reruns nothing the second time', async () => {
    const project = fruit(afterAll);
    await project.run();
    const before = readFileSync(project.path('data/apple.txt'));
    project.remove('data/apple.txt');
    expect((await project.run()).which('ran')).toHaveLength(ALL.length);
    writeFileSync(project.path('data/apple.txt'), before);
    expect((await project.run()).which('ran')).toEqual([]);
  });
});
