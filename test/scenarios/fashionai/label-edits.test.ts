import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { small, smallClone } from './clone.ts';

/** What is run: all that reads the data set before a training does. */
const STAGES = ['encode-targets', 'resize-to-arrow-shards'];
const DATA = 'data/garments';
const LABELS = `${DATA}/Annotations/label.csv`;

type Edit = readonly [what: string, runs: readonly string[], edit: (project: Project) => void, ...args: string[]];

const LABEL_EDIT = ['encode-targets', 'ingest'];
const ALL = ['encode-targets', 'ingest', 'resize-to-arrow-shards'];

/** Makes each edit to a data set whose shards and targets are up to date. With all undone, nothing may run. */
function checkEdits(prepare: (project: Project) => readonly string[], edits: readonly Edit[]): void {
  let project: Project;
  let settings: readonly string[] = [];
  const run = async (...args: readonly string[]) => {
    const finished = await project.run(...STAGES, ...small, ...settings, ...args);
    expect(finished.exitCode, finished.stderr).toBe(0);
    return [...finished.which('ran')].sort();
  };

  beforeAll(async () => {
    project = await smallClone(afterAll);
    editLabels((rows) => rows.filter((_, index) => index % 5 === 0))(project);
    settings = prepare(project);
    cpSync(project.path('data'), project.path('pristine'), { recursive: true });
    expect(await run()).toEqual(ALL);
  });

  test.each(edits.map((edit) => [edit[0], edit[1].join(', ') || 'nothing', edit] as const))(
    '%s reruns %s',
    async (_what, _runs, [, runs, edit, ...args]) => {
      edit(project);
      expect(await run(...args)).toEqual(runs);
      rmSync(project.path('data'), { recursive: true });
      cpSync(project.path('pristine'), project.path('data'), { recursive: true });
    },
  );

  test('all undone reruns nothing', async () => {
    expect(await run()).toEqual([]);
  });
}

/** The paths of the first two images that the label file names. */
function firstTwo(project: Project): readonly [string, string] {
  const [first = '', second = ''] = project.read(LABELS).split('\n');
  return [`${DATA}/${first.split(',')[0]}`, `${DATA}/${second.split(',')[0]}`];
}

const editLabels = (change: (rows: readonly string[]) => readonly string[]) => (project: Project) =>
  project.write(LABELS, change(project.read(LABELS).trimEnd().split(/\r?\n/)).join('\n'));
const copy = (project: Project, from: string, to: string) => cpSync(project.path(from), project.path(to));

describe('in FashionAI’s layout', () => {
  checkEdits(
    () => [],
    [
      [
        'a label',
        LABEL_EDIT,
        editLabels(([first = '', ...rows]) => [first.replace(/([nm])(y)|(y)([nm])/, '$2$1$4$3'), ...rows]),
      ],
      ['a «maybe»', LABEL_EDIT, editLabels(([first = '', ...rows]) => [first.replace(/n(?=[nym]*$)/, 'm'), ...rows])],
      ['a row taken out', ALL, editLabels((rows) => rows.slice(1))],
      ['the order of the rows', ['ingest'], editLabels((rows) => rows.toReversed())],
      [
        'a header, line ends and a byte order mark',
        ['ingest'],
        editLabels((rows) => [`\uFEFFfilename,label_name,label\r\n${rows.join('\r\n')}\r\n`]),
      ],
      [
        'the labels in two files',
        ['ingest'],
        (project) => {
          const rows = project.read(LABELS).split('\n');
          project.write(LABELS, rows.slice(0, 10).join('\n'));
          project.write(`${DATA}/Annotations/round2.csv`, rows.slice(10).join('\n'));
        },
        '--set',
        'ingest.annotations=[Annotations/label.csv, Annotations/round2.csv]',
      ],
      ['a question', ['ingest'], (project) => project.write(`${DATA}/Tests/question.csv`, '')],
      [
        'notes, and what a Mac leaves behind,',
        ['ingest'],
        (project) => {
          project.write(`${DATA}/Images/notes.md`, 'Two are blurred.');
          project.write(`${DATA}/Images/.DS_Store`, '');
        },
      ],
      ['the seed', LABEL_EDIT, () => undefined, '--set', 'seed=3'],
      [
        'an image added with its row',
        ALL,
        (project) => {
          copy(project, firstTwo(project)[0], `${DATA}/Images/new.jpg`);
          project.write(LABELS, `${project.read(LABELS).trimEnd()}\nImages/new.jpg,neck_design_labels,ynnnn\n`);
        },
      ],
      [
        'an image added without a row',
        ['ingest', 'resize-to-arrow-shards'],
        (project) => copy(project, firstTwo(project)[0], `${DATA}/Images/new.jpg`),
      ],
      [
        'an image’s content',
        ['ingest', 'resize-to-arrow-shards'],
        (project) => {
          const [first, second] = firstTwo(project);
          copy(project, first, second);
        },
      ],
    ],
  );
});

describe('in a tree of class folders', () => {
  checkEdits(
    (project) => {
      const rows = project.read(LABELS).trimEnd().split('\n');
      for (const [index, row] of rows.entries()) {
        const folder = `data/tree/${['cat', 'dog', 'fox'][index % 3]}`;
        mkdirSync(project.path(folder), { recursive: true });
        copy(project, `${DATA}/${row.split(',')[0]}`, `${folder}/${index}.jpg`);
      }
      return ['--set', 'dataset=./data/tree', '--set', 'ingest.layout=folders'];
    },
    [
      [
        'an image moved to another class',
        ALL,
        (p) => renameSync(p.path('data/tree/cat/0.jpg'), p.path('data/tree/dog/0.jpg')),
      ],
      ['an image added', ALL, (p) => copy(p, 'data/tree/cat/0.jpg', 'data/tree/cat/new.jpg')],
      ['notes', ['ingest'], (p) => p.write('data/tree/cat/notes.txt', 'All of them asleep.')],
      ['the task’s name', LABEL_EDIT, () => undefined, '--set', 'ingest.task=animal'],
    ],
  );
});
