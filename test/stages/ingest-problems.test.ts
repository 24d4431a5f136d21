import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';
import { checkAll, FROM_ROOT, LABELS, MARK, problemsOf } from './ingest-problems.ts';

describe('a question file', () => {
  const ASK = 'Point the param «questions» at the question file; its path starts at the folder of the data set.';
  checkAll([
    {
      what: 'with questions that nobody can answer',
      files: {
        'Tests/question.csv': [
          'Images/coat/1.jpg,coat_length_labels,?',
          'Images/coat/1.jpg,skirt_length_labels,?',
          'Images/coat/9.jpg,coat_length_labels,?',
          '../1.jpg,coat_length_labels,?',
          'Images/coat/1.jpg',
        ].join('\n'),
      },
      said: [
        '…/Tests/question.csv:2:19: no sample has the task «skirt_length» that is asked for — The tasks of the samples are coat_length.',
        '…/Tests/question.csv:3:1: there is no image «Images/coat/9.jpg» — Put it at …/Images/coat/9.jpg, or take the row out.',
        `…/Tests/question.csv:4:1: «../1.jpg» leads out of the data set — ${FROM_ROOT}`,
        '…/Tests/question.csv:5: a row is «file name,task,?», but this one has 1 field — Complete the row, or take it out.',
      ],
    },
    {
      what: 'that was asked for by name and is not there',
      params: { questions: 'ask.csv' },
      said: [`…/ask.csv: cannot read the question file: there is no such file or folder — ${ASK}`],
    },
    {
      what: 'outside the data set',
      params: { questions: '../ask.csv' },
      said: [`«../ask.csv» leads out of the data set — ${ASK}`],
    },
    {
      what: 'that is a folder',
      make: (root) => void mkdirSync(join(root, 'Tests/question.csv'), { recursive: true }),
      said: [`…/Tests/question.csv: cannot read the question file: it is a folder — ${ASK}`],
    },
  ]);
});

test('all that is wrong is found in one go, and told file by file from the first line to the last', async () => {
  const rows = [
    'Images/5.jpg',
    'Images/6.jpg,coat_length_labels,nyx',
    'Images/coat/1.jpg,coat_length_labels,ny',
    'gone.jpg,neck_design_labels,ny',
  ];
  const root = datasetOf([...COATS, ...rows], { 'Tests/question.csv': 'Images/coat/1.jpg,shoe_labels,?' });
  expect((await problemsOf(root)).map((problem) => problem.split(': ')[0])).toEqual([
    `…/${LABELS}:5`,
    `…/${LABELS}:6:33`,
    `…/${LABELS}:7`,
    `…/${LABELS}:7:38`,
    `…/${LABELS}:8:1`,
    '…/Tests/question.csv:1:19',
  ]);
});

test('of each kind of problem the first twenty are told; the others are counted, and all are listed in a file', async () => {
  const rows = [
    'Images/coat/1.jpg,neck_labels,nn',
    ...Array.from({ length: 332 }, (_, index) => `Images/coat/none-${index}.png,coat_length_labels,nyn`),
    ...Array.from({ length: 25 }, (_, index) => `Images/row-${index}.jpg`),
  ];
  const root = datasetOf([...COATS, ...rows]);
  const { failure, work } = await ingestOf(root);
  const problems = failure?.problems ?? [];
  const list = join(work, 'problems.txt');
  expect(problems).toHaveLength(1 + 20 + 20 + 1);
  expect(problems.at(-1)).toEqual({
    message: 'and 312 more images or folders that are not there, 5 more rows with a wrong number of fields',
    advice: `All 358 are listed in ${list}`,
  });
  const lines = readFileSync(list, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(358);
  expect(lines[0]).toBe(`${root}/${LABELS}:5:31: the label «nn» has no y, but one class is true → ${MARK}`);
});
