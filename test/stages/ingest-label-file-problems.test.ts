import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { COATS } from '../support/ingest.ts';
import { checkAll, LABEL_ADVICE, LABELS, replaceBy } from './ingest-problems.ts';

const WHERE =
  'Set the input "dataset" to the folder of the data set, or the param "annotations" to the label file in it.';
const UTF8 = 'Save it as CSV in UTF-8; spreadsheets call this format "CSV UTF-8".';
const COMMAS = 'Separate the fields by commas: file name,task,label.';

describe('a label file is rejected', () => {
  checkAll([
    {
      title: 'when it does not exist',
      make: (root) => rmSync(root, { recursive: true }),
      problems: [`…/${LABELS}: cannot read the label file: there is no such file or folder — ${WHERE}`],
    },
    {
      title: 'with a hint at the param "layout" when it does not exist but folders hold images',
      make: (root) => rmSync(join(root, LABELS)),
      problems: [
        `…/${LABELS}: cannot read the label file: there is no such file or folder — ${WHERE} Or, if the folders are the classes, as in "Images/coat/1.jpg", set the param "layout" to "folders".`,
      ],
    },
    {
      title: 'with a suggestion when the name of its folder differs in letter case',
      make: (root) => renameSync(join(root, 'Annotations'), join(root, 'annotations')),
      problems: [
        `…/${LABELS}: cannot read the label file: there is no such file or folder — Did you mean "annotations/label.csv"? It differs in letter case.`,
      ],
    },
    {
      title: 'when no file matches the glob',
      params: { annotations: 'Annotations/round*.csv' },
      problems: [`…/Annotations/round*.csv: no file in the data set matches this pattern — ${WHERE}`],
    },
    {
      title: 'when it is outside the data set, where no edit of it would be noticed',
      params: { annotations: ['../label.csv', LABELS] },
      problems: [`param "annotations": "../label.csv" is outside the data set — ${WHERE}`],
    },
    {
      title: 'when it is a folder',
      params: { annotations: 'Annotations' },
      problems: [`…/Annotations: the label file is a folder — ${WHERE}`],
    },
    {
      title: 'when it is a broken symbolic link',
      make: replaceBy(LABELS, 'gone.csv'),
      problems: [`…/${LABELS}: the label file is a broken symbolic link — ${WHERE}`],
    },
    {
      title: 'when it is a symbolic link out of the data set',
      make: replaceBy(LABELS, '/etc/passwd'),
      problems: [`…/${LABELS}: the label file is a symbolic link to /etc/passwd, outside the data set — ${WHERE}`],
    },
    {
      title: 'when it is empty',
      files: { [LABELS]: '\n  \r\n' },
      problems: [
        `…/${LABELS}: the label file has no rows — Write one row "file name,task,label" per sample: Images/1.jpg,coat_length_labels,nnyn`,
      ],
    },
    {
      title: 'when it has a header and no rows',
      files: { [LABELS]: 'filename,label_name,label\n' },
      problems: [
        `…/${LABELS}: the label file has no rows — Write one row "file name,task,label" per sample: Images/1.jpg,coat_length_labels,nnyn`,
      ],
    },
    {
      title: 'when it is in UTF-16',
      files: { [LABELS]: Buffer.from(`\uFEFF${COATS[0]}\r\n`, 'utf16le') },
      problems: [`…/${LABELS}: the label file is in UTF-16, not UTF-8 — ${UTF8}`],
    },
    {
      title: 'when it is a spreadsheet',
      files: { [LABELS]: 'PK\u0003\u0004\u0014\u0000' },
      problems: [`…/${LABELS}: the label file is a spreadsheet or another zip archive, not a text file — ${UTF8}`],
    },
    {
      title: 'when it is not a text file',
      files: { [LABELS]: `${COATS[0]}\n\u0000\u0000\n` },
      problems: [`…/${LABELS}: the label file is not a UTF-8 text file: it contains zero bytes — ${UTF8}`],
    },
    {
      title: 'when lines are in another encoding, and its other lines are still checked',
      files: {
        [LABELS]: Buffer.from(`${COATS[0]}\nImages/caf\xe9.jpg,coat_length_labels,nyn\n${COATS[1]}x\n`, 'latin1'),
      },
      problems: [
        `…/${LABELS}:2:11: this line is not valid UTF-8; it may be Latin-1, GBK or Shift JIS — ${UTF8}`,
        `…/${LABELS}:3:38: invalid character "x" in the label "nmyx": each class must be y, n or m — ${LABEL_ADVICE}`,
      ],
    },
    {
      title: 'when its fields are separated by semicolons',
      files: { [LABELS]: COATS.map((row) => `${row.replaceAll(',', ';')}\n`).join('') },
      problems: [`…/${LABELS}:1: the fields are separated by semicolons, not commas — ${COMMAS}`],
    },
    {
      title: 'when its fields are separated by tabs',
      files: { [LABELS]: COATS.map((row) => `${row.replaceAll(',', '\t')}\n`).join('') },
      problems: [`…/${LABELS}:1: the fields are separated by tabs, not commas — ${COMMAS}`],
    },
    {
      title: 'when a quoted field is never closed',
      rows: ['"Images/coat/1.jpg,neck_labels,ny', 'Images/coat/2.jpg,neck_labels,ny'],
      problems: [
        `…/${LABELS}:5: a quoted field starts here or below and is never closed — Quote the whole field as "…", or remove the quote.`,
      ],
    },
  ]);
});
