import { describe } from 'vitest';
import { checkAll, LABELS, MARK, NAME } from './ingest-problems.ts';

describe('a row', () => {
  const fields = (count: string) =>
    `…/${LABELS}:5: a row is «file name,task,label», but this one has ${count} — Complete the row, or take it out.`;
  const label = (text: string, reason: string) => `…/${LABELS}:5:38: the label «${text}» ${reason} — ${MARK}`;
  checkAll([
    { what: 'of two fields', rows: ['Images/5.jpg,coat_length_labels'], said: [fields('2 fields')] },
    { what: 'of one field', rows: ['Images/5.jpg'], said: [fields('1 field')] },
    { what: 'of four fields', rows: ['Images/5.jpg,coat_length_labels,nyn,again'], said: [fields('4 fields')] },
    { what: 'with an empty field', rows: ['Images/5.jpg,,nyn'], said: [fields('2 fields')] },
    ...[
      ['nyx', 'has «x», but each class is one of y, n and m'],
      ['n y', 'has « », but each class is one of y, n and m'],
      ['nYn', 'has «Y», but each class is one of y, n and m'],
      ['ny👗', 'has «👗», but each class is one of y, n and m'],
      ['nmn', 'has no y, but one class is true'],
      ['yny', 'has y 2 times, but one class is true'],
    ].map(([text = '', reason = '']) => ({
      what: `with the label ${text}`,
      rows: [`Images/coat/5.jpg,coat_length_labels,${text}`],
      said: [label(text, reason)],
    })),
    {
      what: 'with a label of another length than the usual ones of its task',
      rows: ['Images/5.jpg,coat_length_labels,nynn'],
      said: [
        `…/${LABELS}:5:33: coat_length has 3 classes in 4 of its rows, but the label «nynn» has 4 — Give all labels of coat_length one character a class.`,
      ],
    },
    {
      what: 'with more classes than a byte can count',
      rows: [`Images/5.jpg,many_labels,y${'n'.repeat(256)}`],
      said: [
        `…/${LABELS}:5:26: the label has 257 classes, more than 256 — A label has one character a class; is this one?`,
      ],
    },
    {
      what: 'that repeats another with another label, by whatever path',
      rows: ['./Images/coat/2.jpg,coat_length_labels,nyn'],
      said: [
        `…/${LABELS}:5: Images/coat/2.jpg already has the label «nmy» for coat_length in line 2 — Keep one of the two rows.`,
      ],
    },
    {
      what: 'that repeats another with the same label',
      rows: ['Images/coat/2.jpg,coat_length_labels,nmy'],
      said: [
        `…/${LABELS}:5: Images/coat/2.jpg already has the same label for coat_length in line 2 — Keep one of the two rows.`,
      ],
    },
    {
      what: 'that repeats one of another label file',
      files: { 'Annotations/again.csv': 'Images/coat/2.jpg,coat_length_labels,nyn\n' },
      params: { annotations: [LABELS, 'Annotations/again.csv'] },
      said: [
        `…/Annotations/again.csv:1: Images/coat/2.jpg already has the label «nmy» for coat_length in …/${LABELS}:2 — Keep one of the two rows.`,
      ],
    },
    {
      what: 'with a task that no head can be named after',
      rows: [
        'Images/5.jpg,coat/length_labels,nyn',
        'Images/6.jpg,_labels,nyn',
        'Images/7.jpg,衣长_labels,nyn',
        'Images/8.jpg,衣长_labels,nyn',
      ],
      said: [
        `…/${LABELS}:5:14: no task can be called «coat/length_labels» — ${NAME}`,
        `…/${LABELS}:6:14: no task can be called «_labels» — ${NAME}`,
        `…/${LABELS}:7:14: no task can be called «衣长_labels» (in 2 rows) — ${NAME}`,
      ],
    },
    {
      what: 'with its columns in another order',
      rows: ['coat_length_labels,Images/coat/1.jpg,nyn'],
      said: [
        `…/${LABELS}:5:20: no task can be called «Images/coat/1.jpg» — Are the columns in their order: file name,task,label?`,
      ],
    },
    {
      what: 'with several faults',
      rows: ['Images/gone.png,a b,nn'],
      said: [
        `…/${LABELS}:5:17: no task can be called «a b» — ${NAME}`,
        `…/${LABELS}:5:21: the label «nn» has no y, but one class is true — ${MARK}`,
      ],
    },
    {
      what: 'with a wrong label for an image that is not there',
      rows: ['Images/gone.png,neck_labels,nn'],
      said: [
        `…/${LABELS}:5:1: there is no image «Images/gone.png» — Put it at …/Images/gone.png, or take the row out.`,
        `…/${LABELS}:5:29: the label «nn» has no y, but one class is true — ${MARK}`,
      ],
    },
  ]);
});
