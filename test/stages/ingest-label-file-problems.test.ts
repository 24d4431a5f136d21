import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { COATS } from '../support/ingest.ts';
import { checkAll, LABELS, MARK, replaceBy } from './ingest-problems.ts';

const POINT =
  'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.';
const UTF8 = 'Save it as CSV in UTF-8, which spreadsheets call «CSV UTF-8».';
const COMMAS = 'Separate them by commas: file name,task,label.';

describe('a label file', () => {
  checkAll([
    {
      what: 'that is not there',
      make: (root) => rmSync(root, { recursive: true }),
      said: [`…/${LABELS}: cannot read the label file: there is no such file or folder — ${POINT}`],
    },
    {
      what: 'that is not there, though images lie in folders',
      make: (root) => rmSync(join(root, LABELS)),
      said: [
        `…/${LABELS}: cannot read the label file: there is no such file or folder — ${POINT} Or, if the folders are the classes, as in «Images/coat/1.jpg», set the param «layout» to folders.`,
      ],
    },
    {
      what: 'in a folder that is written otherwise',
      make: (root) => renameSync(join(root, 'Annotations'), join(root, 'annotations')),
      said: [
        `…/${LABELS}: cannot read the label file: there is no such file or folder — Did you mean «annotations/label.csv»? It differs in upper and lower case.`,
      ],
    },
    {
      what: 'that no glob finds',
      params: { annotations: 'Annotations/round*.csv' },
      said: [`…/Annotations/round*.csv: no file of the data set is named like this — ${POINT}`],
    },
    {
      what: 'outside the data set, of which no edit would be noticed',
      params: { annotations: ['../label.csv', LABELS] },
      said: [`the param «annotations»: «../label.csv» leads out of the data set — ${POINT}`],
    },
    {
      what: 'that is a folder',
      params: { annotations: 'Annotations' },
      said: [`…/Annotations: the label file is a folder — ${POINT}`],
    },
    {
      what: 'that is a link to nothing',
      make: replaceBy(LABELS, 'gone.csv'),
      said: [`…/${LABELS}: the label file is a link that leads nowhere — ${POINT}`],
    },
    {
      what: 'that is a link out of the data set',
      make: replaceBy(LABELS, '/etc/passwd'),
      said: [`…/${LABELS}: the label file leads out of the data set by a link, to /etc/passwd — ${POINT}`],
    },
    {
      what: 'without rows',
      files: { [LABELS]: '\n  \r\n' },
      said: [
        `…/${LABELS}: the label file is empty — Write a row «file name,task,label» for each sample: Images/1.jpg,coat_length_labels,nnyn`,
      ],
    },
    {
      what: 'with a header alone',
      files: { [LABELS]: 'filename,label_name,label\n' },
      said: [
        `…/${LABELS}: the label file is empty — Write a row «file name,task,label» for each sample: Images/1.jpg,coat_length_labels,nnyn`,
      ],
    },
    {
      what: 'that a spreadsheet saved as UTF-16',
      files: { [LABELS]: Buffer.from(`\uFEFF${COATS[0]}\r\n`, 'utf16le') },
      said: [`…/${LABELS}: the label file is in UTF-16, not in UTF-8 — ${UTF8}`],
    },
    {
      what: 'that is a spreadsheet',
      files: { [LABELS]: 'PK\u0003\u0004\u0014\u0000' },
      said: [`…/${LABELS}: the label file is a spreadsheet or another zip archive, not a text file — ${UTF8}`],
    },
    {
      what: 'that is no text',
      files: { [LABELS]: `${COATS[0]}\n\u0000\u0000\n` },
      said: [`…/${LABELS}: the label file is no text file in UTF-8: it has zero bytes — ${UTF8}`],
    },
    {
      what: 'with lines in another encoding, whose other lines are checked',
      files: {
        [LABELS]: Buffer.from(`${COATS[0]}\nImages/caf\xe9.jpg,coat_length_labels,nyn\n${COATS[1]}x\n`, 'latin1'),
      },
      said: [
        `…/${LABELS}:2:11: this is not in UTF-8; perhaps it is Latin-1, GBK or Shift JIS — ${UTF8}`,
        `…/${LABELS}:3:38: the label «nmyx» has «x», but each class is one of y, n and m — ${MARK}`,
      ],
    },
    {
      what: 'with semicolons',
      files: { [LABELS]: COATS.map((row) => `${row.replaceAll(',', ';')}\n`).join('') },
      said: [`…/${LABELS}:1: the fields of the rows are separated by semicolons — ${COMMAS}`],
    },
    {
      what: 'with tabs',
      files: { [LABELS]: COATS.map((row) => `${row.replaceAll(',', '\t')}\n`).join('') },
      said: [`…/${LABELS}:1: the fields of the rows are separated by tabs — ${COMMAS}`],
    },
    {
      what: 'with a quote that is never closed',
      rows: ['"Images/coat/1.jpg,neck_labels,ny', 'Images/coat/2.jpg,neck_labels,ny'],
      said: [
        `…/${LABELS}:5: a quote is opened here or further down and never closed — Write a field in double quotes as "…", or without any.`,
      ],
    },
  ]);
});
