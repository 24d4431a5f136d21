import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';
import { checkAll, LABEL_ADVICE, LABELS, problemsOf, RELATIVE_PATH } from './ingest-problems.ts';

describe('a question file is rejected', () => {
  const WHERE = 'Set the param "questions" to the path of the question file, relative to the folder of the data set.';
  checkAll([
    {
      title: 'when its rows are invalid or ask about unknown tasks or missing images',
      files: {
        'Tests/question.csv': [
          'Images/coat/1.jpg,coat_length_labels,?',
          'Images/coat/1.jpg,skirt_length_labels,?',
          'Images/coat/9.jpg,coat_length_labels,?',
          '../1.jpg,coat_length_labels,?',
          'Images/coat/1.jpg',
        ].join('\n'),
      },
      problems: [
        '…/Tests/question.csv:2:19: the question is about the task "skirt_length", which no sample has — The tasks of the samples are coat_length.',
        '…/Tests/question.csv:3:1: the image "Images/coat/9.jpg" does not exist — Add it at …/Images/coat/9.jpg, or remove the row.',
        `…/Tests/question.csv:4:1: "../1.jpg" is outside the data set — ${RELATIVE_PATH}`,
        '…/Tests/question.csv:5: expected a row "file name,task,?", but got 1 non-empty field — Correct the row, or remove it.',
      ],
    },
    {
      title: 'when the params name it and it does not exist',
      params: { questions: 'ask.csv' },
      problems: [`…/ask.csv: cannot read the question file: there is no such file or folder — ${WHERE}`],
    },
    {
      title: 'when it is outside the data set',
      params: { questions: '../ask.csv' },
      problems: [`"../ask.csv" is outside the data set — ${WHERE}`],
    },
    {
      title: 'when it is a folder',
      make: (root) => void mkdirSync(join(root, 'Tests/question.csv'), { recursive: true }),
      problems: [`…/Tests/question.csv: cannot read the question file: it is a folder — ${WHERE}`],
    },
  ]);
});

test('ingest reports all problems of a data set together, sorted by file and line', async () => {
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

test('ingest shows the first twenty problems of each kind, counts the others, and lists all of them in a file', async () => {
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
    message: 'and 312 more missing images or folders, 5 more rows with a wrong number of fields',
    advice: `All 358 are listed in ${list}`,
  });
  const lines = readFileSync(list, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(358);
  expect(lines[0]).toBe(
    `${root}/${LABELS}:5:31: the label "nn" has no y: exactly one class must be y → ${LABEL_ADVICE}`,
  );
});
