import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';
import { type Case, checkAll, FROM_ROOT, LABELS, replaceBy } from './ingest-problems.ts';

const PUT = 'Put the image there, or take the row out.';
const INSIDE = 'Put what is there into the data set itself, or name a folder that holds both as the data set.';

describe('an image', () => {
  const named = (path: string) => [`${path},neck_labels,ny`];
  const didYouMean = (written: string, meant: string, difference: string): Omit<Case, 'what'> => ({
    rows: named(written),
    said: [`…/${LABELS}:5:1: there is no image «${written}» — Did you mean «${meant}»? It differs in ${difference}.`],
  });
  const [composed, decomposed] = ['Images/coat/café.jpg'.normalize('NFC'), 'Images/coat/café.jpg'.normalize('NFD')];
  checkAll([
    {
      what: 'that is not there',
      rows: named('Images/coat/5.jpeg'),
      said: [
        `…/${LABELS}:5:1: there is no image «Images/coat/5.jpeg» — Put it at …/Images/coat/5.jpeg, or take the row out.`,
      ],
    },
    {
      what: 'that is not there, named by several rows, is told once',
      rows: [...named('Images/5.jpeg'), 'Images/5.jpeg,skirt_labels,ny'],
      said: [
        `…/${LABELS}:5:1: there is no image «Images/5.jpeg» (2 rows name it) — Put it at …/Images/5.jpeg, or take the row out.`,
      ],
    },
    {
      what: 'in a folder that is not there: one problem, however many images it should have',
      rows: [1, 2, 3].map((id) => `Photos/${id}.jpg,coat_length_labels,nyn`),
      said: [
        `…/${LABELS}:5:1: there is no folder «Photos» for the images of 3 rows — Put the images into …/Photos, or take the rows out.`,
      ],
    },
    {
      what: 'in a folder that is written otherwise',
      rows: named('images/COAT/1.jpg'),
      said: [
        `…/${LABELS}:5:1: there is no folder «images/COAT» for the images of 1 row — Did you mean «Images/coat»? It differs in upper and lower case.`,
      ],
    },
    {
      what: 'written otherwise: case',
      ...didYouMean('Images/coat/1.JPG', 'Images/coat/1.jpg', 'upper and lower case'),
    },
    {
      what: 'written otherwise: spaces',
      files: { 'Images/p 1.png': 'image' },
      ...didYouMean('Images/p1.png', 'Images/p 1.png', 'spaces'),
    },
    { what: 'written otherwise: extension', ...didYouMean('Images/coat/1.png', 'Images/coat/1.jpg', 'its extension') },
    {
      what: 'written otherwise: as on Windows',
      ...didYouMean('Images\\coat\\1.jpg', 'Images/coat/1.jpg', 'slashes that lean the other way'),
    },
    {
      what: 'written otherwise: another Unicode form, as archives from a Mac have it',
      ...didYouMean(composed, decomposed, 'the Unicode form of its letters'),
      make: (root) => renameSync(join(root, composed), join(root, decomposed)),
    },
    ...['../secret.jpg', '/etc/1.jpg', 'Images/../../1.jpg', '..', 'C:\\data\\1.jpg'].map((path) => ({
      what: `by a path that leads out of the data set: ${path}`,
      rows: named(path),
      said: [`…/${LABELS}:5:1: «${path}» leads out of the data set — ${FROM_ROOT}`],
    })),
    {
      what: 'by its address in the network',
      rows: named('https://example.org/1.jpg'),
      said: [
        `…/${LABELS}:5:1: «https://example.org/1.jpg» is an address in the network — Download the image into the data set, and give its path there.`,
      ],
    },
    {
      what: 'by a path that would write on the terminal',
      rows: named('Images/\u001b[31m.png'),
      said: [`…/${LABELS}:5:1: «Images/\\x1b[31m.png» cannot be a path — Take the control characters out of it.`],
    },
    ...['Images/coat', 'Images/coat/', '.'].map((path) => ({
      what: `that is a folder: ${path}`,
      rows: named(path),
      said: [`…/${LABELS}:5:1: «${path.replace(/\/$/, '')}» is a folder — Name an image in it, or take the row out.`],
    })),
    {
      what: 'that is empty',
      rows: named('Images/empty.png'),
      files: { 'Images/empty.png': '' },
      said: [`…/${LABELS}:5:1: «Images/empty.png» is empty — ${PUT}`],
    },
    {
      what: 'that is a pipe',
      rows: named('Images/pipe.png'),
      make: (root) => void execFileSync('mkfifo', [join(root, 'Images/pipe.png')]),
      said: [`…/${LABELS}:5:1: «Images/pipe.png» is no ordinary file — ${PUT}`],
    },
    {
      what: 'that is a link to nothing',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', 'gone.png'),
      said: [`…/${LABELS}:5:1: «Images/link.png» is a link that leads nowhere — ${PUT}`],
    },
    {
      what: 'that is a link to itself',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', 'link.png'),
      said: [`…/${LABELS}:5:1: «Images/link.png» is a link that leads nowhere — ${PUT}`],
    },
    {
      what: 'that is a link out of the data set',
      rows: named('Images/link.png'),
      make: replaceBy('Images/link.png', '/etc/passwd'),
      said: [`…/${LABELS}:5:1: «Images/link.png» leads out of the data set by a link, to /etc/passwd — ${INSIDE}`],
    },
    {
      what: 'in a folder that is a link out of the data set',
      rows: [...named('Images/etc/a.png'), ...named('Images/etc/b.png')],
      make: replaceBy('Images/etc', '/etc'),
      said: [
        `…/${LABELS}:5:1: the folder «Images/etc» for the images of 2 rows leads out of the data set by a link, to /etc — ${INSIDE}`,
      ],
    },
  ]);

  test('may be a link within the data set', async () => {
    const root = datasetOf([...COATS, 'Images/link.png,coat_length_labels,nyn']);
    symlinkSync('coat/1.jpg', join(root, 'Images/link.png'));
    expect((await ingestOf(root)).failure).toBeUndefined();
  });
});
