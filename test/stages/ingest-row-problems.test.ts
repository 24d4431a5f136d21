import { describe } from 'vitest';
import { checkAll, LABEL_ADVICE, LABELS, TASK_NAME_ADVICE } from './ingest-problems.ts';

describe('a row of a label file is rejected', () => {
  const fields = (count: string) =>
    `…/${LABELS}:5: expected a row "file name,task,label", but got ${count} — Correct the row, or remove it.`;
  const label = (reason: string) => `…/${LABELS}:5:38: ${reason} — ${LABEL_ADVICE}`;
  checkAll([
    {
      title: 'when it has two fields',
      rows: ['Images/5.jpg,coat_length_labels'],
      problems: [fields('2 non-empty fields')],
    },
    { title: 'when it has one field', rows: ['Images/5.jpg'], problems: [fields('1 non-empty field')] },
    {
      title: 'when it has four fields',
      rows: ['Images/5.jpg,coat_length_labels,nyn,again'],
      problems: [fields('4 non-empty fields')],
    },
    { title: 'when it has an empty field', rows: ['Images/5.jpg,,nyn'], problems: [fields('2 non-empty fields')] },
    ...[
      ['nyx', 'invalid character "x" in the label "nyx": each class must be y, n or m'],
      ['n y', 'invalid character " " in the label "n y": each class must be y, n or m'],
      ['nYn', 'invalid character "Y" in the label "nYn": each class must be y, n or m'],
      ['ny👗', 'invalid character "👗" in the label "ny👗": each class must be y, n or m'],
      ['nmn', 'the label "nmn" has no y: exactly one class must be y'],
      ['yny', 'the label "yny" has 2 y: exactly one class must be y'],
    ].map(([text = '', reason = '']) => ({
      title: `when its label is ${text}`,
      rows: [`Images/coat/5.jpg,coat_length_labels,${text}`],
      problems: [label(reason)],
    })),
    {
      title: 'when its label has another length than most labels of its task',
      rows: ['Images/5.jpg,coat_length_labels,nynn'],
      problems: [
        `…/${LABELS}:5:33: the label "nynn" has 4 characters, but 4 rows of the task "coat_length" have 3 — Give every label of the task one character per class.`,
      ],
    },
    {
      title: 'when its label has more than 256 classes, whose indices would not fit into a byte',
      rows: [`Images/5.jpg,many_labels,y${'n'.repeat(256)}`],
      problems: [
        `…/${LABELS}:5:26: the label has 257 characters; at most 256 classes are supported — A label has one character per class: check that this is a label.`,
      ],
    },
    {
      title: 'when it labels an image again with another label, whatever the spelling of its path',
      rows: ['./Images/coat/2.jpg,coat_length_labels,nyn'],
      problems: [
        `…/${LABELS}:5: "Images/coat/2.jpg" already has the label "nmy" for the task "coat_length" in line 2 — Keep one of the two rows.`,
      ],
    },
    {
      title: 'when it repeats another row',
      rows: ['Images/coat/2.jpg,coat_length_labels,nmy'],
      problems: [
        `…/${LABELS}:5: "Images/coat/2.jpg" already has the same label for the task "coat_length" in line 2 — Keep one of the two rows.`,
      ],
    },
    {
      title: 'when it labels an image again that another label file has labelled',
      files: { 'Annotations/again.csv': 'Images/coat/2.jpg,coat_length_labels,nyn\n' },
      params: { annotations: [LABELS, 'Annotations/again.csv'] },
      problems: [
        `…/Annotations/again.csv:1: "Images/coat/2.jpg" already has the label "nmy" for the task "coat_length" in …/${LABELS}:2 — Keep one of the two rows.`,
      ],
    },
    {
      title: 'when no head can be named after its task',
      rows: [
        'Images/5.jpg,coat/length_labels,nyn',
        'Images/6.jpg,_labels,nyn',
        'Images/7.jpg,衣长_labels,nyn',
        'Images/8.jpg,衣长_labels,nyn',
      ],
      problems: [
        `…/${LABELS}:5:14: invalid task name "coat/length_labels" — ${TASK_NAME_ADVICE}`,
        `…/${LABELS}:6:14: invalid task name "_labels" — ${TASK_NAME_ADVICE}`,
        `…/${LABELS}:7:14: invalid task name "衣长_labels" (in 2 rows) — ${TASK_NAME_ADVICE}`,
      ],
    },
    {
      title: 'when its columns are in another order',
      rows: ['coat_length_labels,Images/coat/1.jpg,nyn'],
      problems: [
        `…/${LABELS}:5:20: invalid task name "Images/coat/1.jpg" — Check the order of the columns: file name,task,label.`,
      ],
    },
    {
      title: 'with all of its problems',
      rows: ['Images/gone.png,a b,nn'],
      problems: [
        `…/${LABELS}:5:17: invalid task name "a b" — ${TASK_NAME_ADVICE}`,
        `…/${LABELS}:5:21: the label "nn" has no y: exactly one class must be y — ${LABEL_ADVICE}`,
      ],
    },
    {
      title: 'when its label is invalid and its image does not exist',
      rows: ['Images/gone.png,neck_labels,nn'],
      problems: [
        `…/${LABELS}:5:1: the image "Images/gone.png" does not exist — Add it at …/Images/gone.png, or remove the row.`,
        `…/${LABELS}:5:29: the label "nn" has no y: exactly one class must be y — ${LABEL_ADVICE}`,
      ],
    },
  ]);
});
