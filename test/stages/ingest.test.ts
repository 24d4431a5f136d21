import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readImages } from '../../src/data/images.ts';
import { readQuestions } from '../../src/data/questions.ts';
import { readSamples } from '../../src/data/samples.ts';
import ingest from '../../stages/ingest.ts';
import { datasetOf, temporaryFolder } from '../support/dataset.ts';
import { unwrap } from '../support/result.ts';
import { runStage } from '../support/run-stage.ts';

const coats = [
  'Images/coat/1.jpg,coat_length_labels,nyn',
  'Images/coat/2.jpg,coat_length_labels,nmy',
  'Images/coat/3.jpg,coat_length_labels,ynn',
  'Images/coat/4.jpg,coat_length_labels,nyn',
];
const necks = ['Images/neck/5.jpg,neck_design_labels,ny', 'Images/coat/1.jpg,neck_design_labels,yn'];

const ingestOf = (dataset: string, params: Readonly<Record<string, unknown>> = {}) =>
  runStage(ingest, { params: { seed: 7, ...params }, inputs: { dataset } });

describe('from a data set in FashionAI’s layout', () => {
  test('each row of the label file becomes a sample, in an order that the seed decides', async () => {
    const { failure, outputs, metrics } = await ingestOf(datasetOf([...coats, ...necks]));
    expect(failure).toBeUndefined();
    expect(metrics).toEqual({ samples: 6, images: 5, tasks: 2, questions: 0, train: 5, validation: 1 });
    const samples = unwrap(await readSamples(outputs.samples ?? ''));
    expect(
      samples.map(({ file, task, classIndex, label }) => `${file} ${task} ${classIndex} ${label}`).toSorted(),
    ).toEqual([
      'Images/coat/1.jpg coat_length 1 nyn',
      'Images/coat/1.jpg neck_design 0 yn',
      'Images/coat/2.jpg coat_length 2 nmy',
      'Images/coat/3.jpg coat_length 0 ynn',
      'Images/coat/4.jpg coat_length 1 nyn',
      'Images/neck/5.jpg neck_design 1 ny',
    ]);
  });

  test('the tasks and their classes are found in the label file', async () => {
    const { outputs } = await ingestOf(datasetOf([...necks, ...coats]), { validation_fraction: 0 });
    expect(JSON.parse(readFileSync(outputs.tasks ?? '', 'utf8'))).toMatchObject({
      samples: 6,
      images: 5,
      tasks: [
        { name: 'coat_length', classes: 3, samples: 4, counts: { train: [1, 2, 1], validation: [0, 0, 0] } },
        { name: 'neck_design', classes: 2, samples: 2, counts: { train: [1, 1], validation: [0, 0] } },
      ],
    });
  });

  test('the images stand once each, by path, so that no edit of a label, no seed and no split changes their table', async () => {
    const { outputs } = await ingestOf(datasetOf([...coats, ...necks]));
    expect(unwrap(await readImages(outputs.images ?? ''))).toEqual([
      'Images/coat/1.jpg',
      'Images/coat/2.jpg',
      'Images/coat/3.jpg',
      'Images/coat/4.jpg',
      'Images/neck/5.jpg',
    ]);
    const edited = [...coats, ...necks].reverse().map((row) => row.replace('nmy', 'ynn'));
    const again = await ingestOf(datasetOf(edited), { seed: 8, validation_fraction: 0.5 });
    expect(readFileSync(again.outputs.images ?? '')).toEqual(readFileSync(outputs.images ?? ''));
  });

  test('the same data set gives the same bytes wherever it lies', async () => {
    const [one, two] = [
      await ingestOf(datasetOf([...coats, ...necks])),
      await ingestOf(datasetOf([...coats, ...necks])),
    ];
    for (const name of ['samples', 'images', 'questions', 'tasks']) {
      expect(readFileSync(one.outputs[name] ?? '')).toEqual(readFileSync(two.outputs[name] ?? ''));
    }
  });

  test('the questions keep their order', async () => {
    const questions = [
      'Images/coat/3.jpg,coat_length_labels,?',
      'Images/coat/1.jpg,neck_design_labels,',
      'Images/coat/2.jpg,coat_length_labels',
    ];
    const { outputs } = await ingestOf(
      datasetOf([...coats, ...necks], { 'Tests/question.csv': questions.join('\r\n') }),
    );
    expect(unwrap(await readQuestions(outputs.questions ?? ''))).toEqual([
      { file: 'Images/coat/3.jpg', labelName: 'coat_length_labels', task: 'coat_length' },
      { file: 'Images/coat/1.jpg', labelName: 'neck_design_labels', task: 'neck_design' },
      { file: 'Images/coat/2.jpg', labelName: 'coat_length_labels', task: 'coat_length' },
    ]);
  });

  test('without a question file there are no questions, which is said', async () => {
    const { outputs, logged } = await ingestOf(datasetOf(coats));
    expect(unwrap(await readQuestions(outputs.questions ?? ''))).toEqual([]);
    expect(logged).toContain('no Tests/question.csv in the data set, so there are no questions');
  });

  test('a class without a training sample and a task without a validation sample are pointed out', async () => {
    const { logged } = await ingestOf(datasetOf(['Images/1.jpg,coat_length_labels,nyn']), { validation_fraction: 0 });
    expect(logged).toEqual([
      'no Tests/question.csv in the data set, so there are no questions',
      'coat_length: no training sample of class 0',
      'coat_length: no training sample of class 2',
      'coat_length: no validation sample',
    ]);
  });

  test('other names of the two files are params', async () => {
    const root = datasetOf(coats, {
      'week2.csv': coats.slice(2).join('\n'),
      'ask.csv': 'Images/coat/3.jpg,coat_length_labels',
    });
    const { metrics } = await ingestOf(root, { annotations: 'week2.csv', questions: 'ask.csv' });
    expect(metrics).toMatchObject({ samples: 2, questions: 1 });
  });

  test('a path is understood in its plainest form', async () => {
    const root = datasetOf(coats, { 'Annotations/label.csv': './Images//coat/other/../1.jpg,coat_length_labels,ny' });
    const { outputs } = await ingestOf(root);
    expect(unwrap(await readImages(outputs.images ?? ''))).toEqual(['Images/coat/1.jpg']);
  });
});

describe('what is wrong is said with its line and with what to do', () => {
  /** The problems of a data set, each as `line: message` and its advice, with the data set's folder written as `…`. */
  async function problemsOf(root: string, params: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
    const { failure } = await ingestOf(root, params);
    expect(failure?.kind).toBe('bad-input');
    return (failure?.problems ?? []).map(({ at, message, advice }) => {
      const place = at === undefined ? '' : `${at.file}${at.line === undefined ? '' : `:${at.line}`}: `;
      return `${place}${message}${advice === undefined ? '' : ` — ${advice}`}`.replaceAll(root, '…');
    });
  }

  /** The problems that one more row brings into the label file, as its fifth line. */
  const problemsOfRow = (row: string) => problemsOf(datasetOf([...coats, row]));

  test('a label file that is not there', async () => {
    const root = temporaryFolder();
    const advice =
      'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.';
    expect(await problemsOf(root)).toEqual([
      `…/Annotations/label.csv: cannot read the label file: there is no such file or folder — ${advice}`,
    ]);
    expect(await problemsOf(root, { annotations: 'labels.txt' })).toEqual([
      `…/labels.txt: cannot read the label file: there is no such file or folder — ${advice}`,
    ]);
  });

  test('an empty label file', async () => {
    expect(await problemsOf(datasetOf([]))).toEqual([
      '…/Annotations/label.csv: the label file is empty — Write a row «file name,task,label» for each sample: Images/1.jpg,coat_length_labels,nnyn',
    ]);
  });

  test.each([
    ['Images/5.jpg,coat_length_labels', '2 fields'],
    ['Images/5.jpg', '1 field'],
    ['Images/5.jpg,coat_length_labels,nyn,again', '4 fields'],
    ['Images/5.jpg,,nyn', '2 fields'],
  ])('a row without three fields: %s', async (row, fields) => {
    expect(await problemsOfRow(row)).toEqual([
      `…/Annotations/label.csv:5: a row is «file name,task,label», but this one has ${fields} — Complete the row, or take it out.`,
    ]);
  });

  test.each([
    ['nyx', 'has «x», but each class is one of y, n and m'],
    ['n y', 'has « », but each class is one of y, n and m'],
    ['nYn', 'has «Y», but each class is one of y, n and m'],
    ['nmn', 'has no y, but one class is true'],
    ['yny', 'has y 2 times, but one class is true'],
  ])('a label with other characters, without a y or with several: %s', async (label, reason) => {
    expect(await problemsOfRow(`Images/5.jpg,coat_length_labels,${label}`)).toEqual([
      `…/Annotations/label.csv:5: the label «${label}» ${reason} — Mark the true class with y and all others with n, or m for «maybe»; or take the row out.`,
    ]);
  });

  test('labels of different lengths in one task: the odd ones are named, not the usual ones', async () => {
    expect(await problemsOfRow('Images/5.jpg,coat_length_labels,nynn')).toEqual([
      '…/Annotations/label.csv:5: coat_length has 3 classes in 4 of its rows, but the label «nynn» has 4 — Give all labels of coat_length one character a class.',
    ]);
  });

  test('more classes than a byte can count', async () => {
    expect(await problemsOfRow(`Images/5.jpg,many_labels,y${'n'.repeat(256)}`)).toEqual([
      '…/Annotations/label.csv:5: the label has 257 classes, more than 256 — A label has one character a class; is this one?',
    ]);
  });

  test('an image with two labels for the same task, by whatever path', async () => {
    expect(await problemsOfRow('./Images/coat/2.jpg,coat_length_labels,nyn')).toEqual([
      '…/Annotations/label.csv:5: Images/coat/2.jpg already has a label for coat_length in line 2 — Keep one of the two rows.',
    ]);
  });

  test('an image that is not there', async () => {
    expect(await problemsOfRow('Images/coat/5.jpeg,coat_length_labels,nyn')).toEqual([
      '…/Annotations/label.csv:5: there is no image Images/coat/5.jpeg — Put it at …/Images/coat/5.jpeg, or take the row out.',
    ]);
  });

  test('a folder of images that is not there is one problem, however many images it should have', async () => {
    const rows = [1, 2, 3].map((id) => `Photos/${id}.jpg,coat_length_labels,nyn`);
    expect(await problemsOf(datasetOf([...coats, ...rows]))).toEqual([
      '…/Annotations/label.csv:5: cannot look into Photos for the images of 3 rows: there is no such file or folder — Put them into …/Photos, or take the rows out.',
    ]);
  });

  test.each(['../secret.jpg', '/etc/1.jpg', 'Images/../../1.jpg', '..'])('a path that leads out: %s', async (path) => {
    expect(await problemsOfRow(`${path},coat_length_labels,nyn`)).toEqual([
      `…/Annotations/label.csv:5: «${path}» leads out of the data set — Give the path from the data set's folder on, such as Images/1.jpg.`,
    ]);
  });

  test('questions that nobody can answer', async () => {
    const questions = [
      'Images/coat/1.jpg,coat_length_labels,?',
      'Images/coat/1.jpg,skirt_length_labels,?',
      'Images/coat/9.jpg,coat_length_labels,?',
      '../1.jpg,coat_length_labels,?',
      'Images/coat/1.jpg',
    ];
    expect(await problemsOf(datasetOf([...coats, ...necks], { 'Tests/question.csv': questions.join('\n') }))).toEqual([
      '…/Tests/question.csv:2: no sample has the task skirt_length that is asked for — The tasks of the label file are coat_length, neck_design.',
      "…/Tests/question.csv:4: «../1.jpg» leads out of the data set — Give the path from the data set's folder on, such as Images/1.jpg.",
      '…/Tests/question.csv:5: a row is «file name,task,?», but this one has 1 field — Complete the row, or take it out.',
      '…/Tests/question.csv:3: there is no image Images/coat/9.jpg — Put it at …/Images/coat/9.jpg, or take the row out.',
    ]);
  });

  test('a question file that was asked for by name and is not there', async () => {
    expect(await problemsOf(datasetOf(coats), { questions: 'ask.csv' })).toEqual([
      '…/ask.csv: cannot read the question file: there is no such file or folder — Point the param «questions» at the question file; its path starts at the folder of the data set.',
    ]);
  });

  test('all that is wrong is found in one go', async () => {
    const rows = [
      'Images/5.jpg',
      'Images/6.jpg,coat_length_labels,nyx',
      'Images/coat/1.jpg,coat_length_labels,ny',
      'gone.jpg,neck_design_labels,ny',
    ];
    const root = datasetOf([...coats, ...rows], { 'Tests/question.csv': 'Images/coat/1.jpg,shoe_labels,?' });
    const lines = (await problemsOf(root)).map((problem) => problem.split(' ')[0]);
    expect(lines).toEqual([
      '…/Annotations/label.csv:5:',
      '…/Annotations/label.csv:6:',
      '…/Annotations/label.csv:7:',
      '…/Annotations/label.csv:7:',
      '…/Annotations/label.csv:8:',
      '…/Tests/question.csv:1:',
    ]);
  });

  test('of one kind of problem the first twenty are listed, and how many more there are', async () => {
    const rows = Array.from({ length: 332 }, (_, index) => `Images/coat/none-${index}.png,coat_length_labels,nyn`);
    const problems = await problemsOf(datasetOf([...coats, 'Images/5.jpg', ...rows]));
    expect(problems).toHaveLength(1 + 20 + 1);
    expect(problems.at(-1)).toBe('and 312 more images or folders that are not there');
  });
});

test('the label file’s place is the one that the data set was given by', async () => {
  const root = datasetOf(['Images/5.jpg']);
  const { failure } = await ingestOf(root);
  expect(failure?.problems[0]?.at?.file).toBe(join(root, 'Annotations/label.csv'));
});
