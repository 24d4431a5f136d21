import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import { datasetOf, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';

const LABELS = 'Annotations/label.csv';
const POINT =
  'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.';
const UTF8 = 'Save it as CSV in UTF-8, which spreadsheets call «CSV UTF-8».';
const MARK = 'Mark the true class with y and all others with n, or m for «maybe»; or take the row out.';
const NAME =
  'A head of the network is named after it: begin with a letter from A to Z or a digit, go on with these, _, - and dots.';
const PUT = 'Put the image there, or take the row out.';
const INSIDE = 'Put what is there into the data set itself, or name a folder that holds both as the data set.';
const FROM_ROOT = "Give the path from the data set's folder on, such as Images/1.jpg.";
const COMMAS = 'Separate them by commas: file name,task,label.';

interface Case {
  readonly what: string;
  /** Rows of the label file after four good ones. */
  readonly rows?: readonly string[];
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly make?: (root: string) => void;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Each as `place: message — advice`, with the data set's folder written as `…`. */
  readonly said: readonly string[];
}

/** What ingest says of a data set that is not right. */
async function problemsOf(root: string, params: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
  const { failure } = await ingestOf(root, params);
  expect(failure?.kind).toBe('bad-input');
  return (failure?.problems ?? []).map((problem) => inOneLine(problem).replaceAll(root, '…'));
}

function inOneLine({ at, message, advice }: Problem): string {
  const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(':');
  return `${place}${place === '' ? '' : ': '}${message}${advice === undefined ? '' : ` — ${advice}`}`;
}

function checkAll(cases: readonly Case[]): void {
  test.each(cases.map((one) => [one.what, one] as const))(
    '%s',
    async (_what, { rows = [], files, make, params, said }) => {
      const root = datasetOf([...COATS, ...rows]);
      writeFiles(root, files ?? {});
      make?.(root);
      expect(await problemsOf(root, params)).toEqual(said);
    },
  );
}

const replaceBy = (path: string, target: string) => (root: string) => {
  rmSync(join(root, path), { recursive: true, force: true });
  symlinkSync(target, join(root, path));
};

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

describe('a tree of class folders', () => {
  /** The problems of a tree of these files. */
  const treeProblems = (paths: readonly string[], make: (root: string) => void = () => undefined) => {
    const root = temporaryFolder();
    writeFiles(root, Object.fromEntries(paths.map((path) => [path, path.includes('empty') ? '' : 'image'])));
    make(root);
    return problemsOf(root, { layout: 'folders' });
  };

  test('without images', async () => {
    const advice =
      'Put images into folders named after their classes: CLASS/*.jpg, or TASK/CLASS/*.jpg for several tasks.';
    expect(await treeProblems([])).toEqual([`…: there are no images in the data set — ${advice}`]);
    expect(await treeProblems(['1.txt'])).toEqual([`…: there are no images in the data set — ${advice}`]);
  });

  test('with a folder without images, whose class would silently be none', async () => {
    expect(await treeProblems(['cat/1.jpg', 'dog/1.bmp', 'fox/.keep'])).toEqual(
      ['dog', 'fox'].map(
        (folder) =>
          `…/${folder}: there are no images in the folder «${folder}» — Put images (.jpg, .png, …) into it, or take it out: its class could not be learnt.`,
      ),
    );
  });

  test('with images that lie elsewhere than the others', async () => {
    const images = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/puppy/4.jpg', 'dog/puppy/5.jpg', '6.jpg'];
    const [said, advice] = [
      'most images lie as CLASS/IMAGE, so it is not clear what class this is',
      'Move it to where it belongs, or take it out.',
    ];
    expect(await treeProblems(images)).toEqual([
      `…/dog/puppy/4.jpg: «dog/puppy/4.jpg» and 1 more beside it: ${said} — ${advice}`,
      `…/6.jpg: «6.jpg»: ${said} — ${advice}`,
    ]);
  });

  test('with images that lie nowhere as they should', async () => {
    const [said, advice] = [
      'they lie neither as CLASS/IMAGE nor as TASK/CLASS/IMAGE, so it is not clear what class this is',
      'Move it to where it belongs, or take it out.',
    ];
    expect(await treeProblems(['1.jpg', '2.jpg', 'a/b/c/3.jpg'])).toEqual([
      `…/a/b/c/3.jpg: «a/b/c/3.jpg»: ${said} — ${advice}`,
      `…/1.jpg: «1.jpg» and 1 more beside it: ${said} — ${advice}`,
    ]);
  });

  test('that has its splits where tasks should be', async () => {
    expect(await treeProblems(['train/cat/1.jpg', 'train/dog/2.jpg', 'val/cat/3.jpg', 'val/dog/4.jpg'])).toEqual([
      '…: train and val look like splits of a data set, not like tasks — Put the images of each class into one folder: ingest splits them itself (param «validation_fraction»).',
    ]);
    expect((await treeProblems(['Train/1.jpg', 'test/2.jpg']))[0]).toContain(
      'Train and test look like splits of a data set, not like classes',
    );
  });

  test('with names that no task can have, empty images, links out and links to folders', async () => {
    const links = (root: string) => {
      symlinkSync('/etc', join(root, 'tail/long'));
      symlinkSync('..', join(root, 'tail/short'));
    };
    expect(await treeProblems(['kopf-ö/cat/1.jpg', 'tail/bent/2.jpg', 'tail/bent/empty.jpg'], links)).toEqual([
      '…/tail/bent/empty.jpg: «tail/bent/empty.jpg» is empty — Put an image there, or take it out.',
      '…/tail/long: «tail/long» leads out of the data set by a link, to /etc — Put an image there, or take it out.',
      '…/tail/short: «tail/short» is a link to another folder of the data set — Put the images themselves there, or take the link out.',
      `…/kopf-ö: no task can be called «kopf-ö» — ${NAME}`,
    ]);
  });

  test('with two folders that only a computer can tell apart', async () => {
    expect(
      await treeProblems(['café'.normalize('NFC'), 'café'.normalize('NFD')].map((name) => `${name}/1.jpg`)),
    ).toEqual([
      '…: two folders of the task label differ only in the Unicode form of their letters — Put their images into one folder.',
    ]);
  });

  test('beside a label file, which would say otherwise', async () => {
    expect(await problemsOf(datasetOf(COATS), { layout: 'folders' })).toEqual([
      `…/${LABELS}: there is a label file, so the folders cannot be the labels — Take the param «layout» out to read the label file, or take the label file out of the data set.`,
    ]);
  });
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
