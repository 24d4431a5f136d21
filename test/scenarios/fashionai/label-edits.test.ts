import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { small, smallClone } from './clone.ts';

/** The stages that run in these tests: all that read the data set before the training. */
const STAGES = ['encode-targets', 'resize-to-arrow-shards'];
const DATA = 'data/garments';
const LABELS = `${DATA}/Annotations/label.csv`;

type Edit = readonly [what: string, runs: readonly string[], edit: (project: Project) => void, ...args: string[]];

const LABEL_EDIT = ['encode-targets', 'ingest'];
const ALL = ['encode-targets', 'ingest', 'resize-to-arrow-shards'];

/** Makes each edit to a data set whose shards and targets are up to date. Without the edits, nothing may run. */
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

  test('undoing all edits reruns nothing', async () => {
    expect(await run()).toEqual([]);
  });
}

/** Returns the paths of the first two images in the label file. */
function firstTwo(project: Project): readonly [string, string] {
  const [first = '', second = ''] = project.read(LABELS).split('\n');
  return [`${DATA}/${first.split(',')[0]}`, `${DATA}/${second.split(',')[0]}`];
}

const editLabels = (change: (rows: readonly string[]) => readonly string[]) => (project: Project) =>
  project.write(LABELS, change(project.read(LABELS).trimEnd().split(/\r?\n/)).join('\n'));
const copy = (project: Project, from: string, to: string) => cpSync(project.path(from), project.path(to));

describe('in the layout "fashionai"', () => {
  checkEdits(
    () => [],
    [
      [
        'an edited label',
        LABEL_EDIT,
        editLabels(([first = '', ...rows]) => [first.replace(/([nm])(y)|(y)([nm])/, '$2$1$4$3'), ...rows]),
      ],
      [
        'an added "maybe"',
        LABEL_EDIT,
        editLabels(([first = '', ...rows]) => [first.replace(/n(?=[nym]*$)/, 'm'), ...rows]),
      ],
      ['a removed row', ALL, editLabels((rows) => rows.slice(1))],
      ['another order of the rows', ['ingest'], editLabels((rows) => rows.toReversed())],
      [
        'adding a header, Windows line ends and a byte order mark',
        ['ingest'],
        editLabels((rows) => [`\uFEFFfilename,label_name,label\r\n${rows.join('\r\n')}\r\n`]),
      ],
      [
        'dividing the labels into two files',
        ['ingest'],
        (project) => {
          const rows = project.read(LABELS).split('\n');
          project.write(LABELS, rows.slice(0, 10).join('\n'));
          project.write(`${DATA}/Annotations/round2.csv`, rows.slice(10).join('\n'));
        },
        '--set',
        'ingest.annotations=[Annotations/label.csv, Annotations/round2.csv]',
      ],
      ['a question file without rows', ['ingest'], (project) => project.write(`${DATA}/Tests/question.csv`, '')],
      [
        'adding notes and files of macOS',
        ['ingest'],
        (project) => {
          project.write(`${DATA}/Images/notes.md`, 'Two are blurred.');
          project.write(`${DATA}/Images/.DS_Store`, '');
        },
      ],
      ['another seed', LABEL_EDIT, () => undefined, '--set', 'seed=3'],
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
        'changed content of an image',
        ['ingest', 'resize-to-arrow-shards'],
        (project) => {
          const [first, second] = firstTwo(project);
          copy(project, first, second);
        },
      ],
    ],
  );
});

describe('in the layout "folders"', () => {
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
      ['adding notes', ['ingest'], (p) => p.write('data/tree/cat/notes.txt', 'All cats are asleep.')],
      ['renaming the task', LABEL_EDIT, () => undefined, '--set', 'ingest.task=animal'],
    ],
  );
});
