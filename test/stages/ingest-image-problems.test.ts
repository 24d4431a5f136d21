import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';
import { type Case, checkAll, LABELS, RELATIVE_PATH, replaceBy } from './ingest-problems.ts';

const REPLACE = 'Replace it with an image, or remove the row.';
const INSIDE = 'Copy the target into the data set, or use a folder that contains both as the data set.';

describe('an image is rejected', () => {
  const named = (path: string) => [`${path},neck_labels,ny`];
  const didYouMean = (written: string, meant: string, difference: string): Omit<Case, 'title'> => ({
    rows: named(written),
    problems: [
      `…/${LABELS}:5:1: the image "${written}" does not exist — Did you mean "${meant}"? It differs in ${difference}.`,
    ],
  });
  const [composed, decomposed] = ['Images/coat/café.jpg'.normalize('NFC'), 'Images/coat/café.jpg'.normalize('NFD')];
  checkAll([
    {
      title: 'when it does not exist',
      rows: named('Images/coat/5.jpeg'),
      problems: [
        `…/${LABELS}:5:1: the image "Images/coat/5.jpeg" does not exist — Add it at …/Images/coat/5.jpeg, or remove the row.`,
      ],
    },
    {
      title: 'once when it does not exist and several rows name it',
      rows: [...named('Images/5.jpeg'), 'Images/5.jpeg,skirt_labels,ny'],
      problems: [
        `…/${LABELS}:5:1: the image "Images/5.jpeg" does not exist (named by 2 rows) — Add it at …/Images/5.jpeg, or remove the row.`,
      ],
    },
    {
      title: 'together with the others of its folder when the folder does not exist',
      rows: [1, 2, 3].map((id) => `Photos/${id}.jpg,coat_length_labels,nyn`),
      problems: [
        `…/${LABELS}:5:1: the folder "Photos" for the images of 3 rows does not exist — Add the images to …/Photos, or remove the rows.`,
      ],
    },
    {
      title: 'with a suggestion when the name of its folder differs in letter case',
      rows: named('images/COAT/1.jpg'),
      problems: [
        `…/${LABELS}:5:1: the folder "images/COAT" for the images of 1 row does not exist — Did you mean "Images/coat"? It differs in letter case.`,
      ],
    },
    {
      title: 'with a suggestion when its name differs in letter case',
      ...didYouMean('Images/coat/1.JPG', 'Images/coat/1.jpg', 'letter case'),
    },
    {
      title: 'with a suggestion when its name differs in spaces',
      files: { 'Images/p 1.png': 'image' },
      ...didYouMean('Images/p1.png', 'Images/p 1.png', 'spaces'),
    },
    {
      title: 'with a suggestion when its name differs in the extension',
      ...didYouMean('Images/coat/1.png', 'Images/coat/1.jpg', 'the extension'),
    },
    {
      title: 'with a suggestion when its path has backslashes, as on Windows',
      ...didYouMean('Images\\coat\\1.jpg', 'Images/coat/1.jpg', 'the direction of the slashes'),
    },
    {
      title: 'with a suggestion when its name differs in Unicode normalization, as in archives from a Mac',
      ...didYouMean(composed, decomposed, 'Unicode normalization'),
      make: (root) => renameSync(join(root, composed), join(root, decomposed)),
    },
    ...['../secret.jpg', '/etc/1.jpg', 'Images/../../1.jpg', '..', 'C:\\data\\1.jpg'].map((path) => ({
      title: `when its path is outside the data set: ${path}`,
      rows: named(path),
      problems: [`…/${LABELS}:5:1: "${path}" is outside the data set — ${RELATIVE_PATH}`],
    })),
    {
      title: 'when its path is a URL',
      rows: named('https://example.org/1.jpg'),
      problems: [
        `…/${LABELS}:5:1: "https://example.org/1.jpg" is a URL, not a path — Download the image into the data set, and give its path there.`,
      ],
    },
    {
      title: 'when its path has control characters, which are escaped in the message',
      rows: named('Images/\u001b[31m.png'),
      problems: [
        `…/${LABELS}:5:1: "Images/\\x1b[31m.png" is not a valid path: it contains control characters — Remove the control characters.`,
      ],
    },
    ...['Images/coat', 'Images/coat/', '.'].map((path) => ({
      title: `when it is a folder: ${path}`,
      rows: named(path),
      problems: [
        `…/${LABELS}:5:1: "${path.replace(/\/$/, '')}" is a folder — Name an image inside it, or remove the row.`,
      ],
    })),
    {
      title: 'when it is empty',
      rows: named('Images/empty.png'),
      files: { 'Images/empty.png': '' },
      problems: [`…/${LABELS}:5:1: "Images/empty.png" is empty — ${REPLACE}`],
    },
    {
      title: 'when it is a pipe',
      rows: named('Images/pipe.png'),
      make: (root) => void execFileSync('mkfifo', [join(root, 'Images/pipe.png')]),
      problems: [`…/${LABELS}:5:1: "Images/pipe.png" is not a regular file — ${REPLACE}`],
    },
    {
      title: 'when it is a broken symbolic link',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', 'gone.png'),
      problems: [`…/${LABELS}:5:1: "Images/link.png" is a broken symbolic link — ${REPLACE}`],
    },
    {
      title: 'when it is a symbolic link to itself',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', 'link.png'),
      problems: [`…/${LABELS}:5:1: "Images/link.png" is a broken symbolic link — ${REPLACE}`],
    },
    {
      title: 'when it is a symbolic link out of the data set',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', '/etc/passwd'),
      problems: [
        `…/${LABELS}:5:1: "Images/link.png" is a symbolic link to /etc/passwd, outside the data set — ${INSIDE}`,
      ],
    },
    {
      title: 'together with the others of its folder when the folder is a symbolic link out of the data set',
      rows: [...named('Images/etc/a.png'), ...named('Images/etc/b.png')],
      make: replaceBy('Images/etc', '/etc'),
      problems: [
        `…/${LABELS}:5:1: the folder "Images/etc" for the images of 2 rows is a symbolic link to /etc, outside the data set — ${INSIDE}`,
      ],
    },
  ]);
});

test('an image may be a symbolic link within the data set', async () => {
  const root = datasetOf([...COATS, 'Images/link.png,coat_length_labels,nyn']);
  symlinkSync('coat/1.jpg', join(root, 'Images/link.png'));
  expect((await ingestOf(root)).failure).toBeUndefined();
});
