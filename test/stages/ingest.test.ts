import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImages } from '../../src/vision/data/tables/images.ts';
import { readQuestions } from '../../src/vision/data/tables/questions.ts';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { datasetOf } from '../support/dataset.ts';
import { COATS as coats, ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { samplesOf, tasksOf } from './ingested-tables.ts';

const necks = ['Images/neck/5.jpg,neck_design_labels,ny', 'Images/coat/1.jpg,neck_design_labels,yn'];

describe('ingest with the layout "fashionai"', () => {
  test('makes a sample of each row of the label file and counts samples, images, tasks and splits', async () => {
    const { failure, outputs, metrics } = await ingestOf(datasetOf([...coats, ...necks]));
    expect(failure).toBeUndefined();
    expect(metrics).toEqual({ samples: 6, images: 5, tasks: 2, questions: 0, train: 5, validation: 1 });
    const { samples } = unwrap(await readSamples(outputs.samples ?? ''));
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

  test('finds the tasks and their classes in the label file', async () => {
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

  test('lists each image once, sorted by path, so that labels, seed and split do not change the list', async () => {
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

  test('gives byte-identical outputs wherever the data set is', async () => {
    const [one, two] = [
      await ingestOf(datasetOf([...coats, ...necks])),
      await ingestOf(datasetOf([...coats, ...necks])),
    ];
    for (const name of ['samples', 'images', 'questions', 'tasks']) {
      expect(readFileSync(one.outputs[name] ?? '')).toEqual(readFileSync(two.outputs[name] ?? ''));
    }
  });

  test('keeps the order of the questions', async () => {
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

  test('notes that there are no questions when the question file is missing', async () => {
    const { outputs, logged } = await ingestOf(datasetOf(coats));
    expect(unwrap(await readQuestions(outputs.questions ?? ''))).toEqual([]);
    expect(logged).toContain('no Tests/question.csv in the data set, so there are no questions');
  });

  test('notes classes without training samples and tasks without validation samples', async () => {
    const { logged } = await ingestOf(datasetOf(['Images/1.jpg,coat_length_labels,nyn']), { validation_fraction: 0 });
    expect(logged).toEqual([
      'no Tests/question.csv in the data set, so there are no questions',
      'coat_length: no training sample of classes 0 and 2',
      'coat_length: no validation sample',
    ]);
  });

  test('reads the label file and the question file that the params name', async () => {
    const root = datasetOf(coats, {
      'week2.csv': coats.slice(2).join('\n'),
      'ask.csv': 'Images/coat/3.jpg,coat_length_labels',
    });
    const { metrics } = await ingestOf(root, { annotations: 'week2.csv', questions: 'ask.csv' });
    expect(metrics).toMatchObject({ samples: 2, questions: 1 });
  });

  test('normalizes the paths of images', async () => {
    const root = datasetOf(coats, { 'Annotations/label.csv': './Images//coat/other/../1.jpg,coat_length_labels,ny' });
    const { outputs } = await ingestOf(root);
    expect(unwrap(await readImages(outputs.images ?? ''))).toEqual(['Images/coat/1.jpg']);
  });
});

describe('a label file', () => {
  const expected = [...coats].map((row) => row.replaceAll(',', ' ').replace('_labels', '')).toSorted();

  test('may have a byte order mark, Windows line ends, quotes and spaces, as spreadsheets write them', async () => {
    const rows = coats.map((row, index) => {
      const [file, task, label] = row.split(',');
      return index % 2 === 0 ? `"${file}", ${task} ,"${label}"` : `${file} ,"${task}",${label} `;
    });
    const root = datasetOf(coats, { 'Annotations/label.csv': `\uFEFF${rows.join('\r\n')}\r\n\r\n` });
    expect(await samplesOf(root)).toEqual(expected);
  });

  test.each([
    'filename,label_name,label',
    '"Filename", Label Name ,Label',
    'ImageId,AttrKey,AttrValueConfs',
    'image,task,labels',
  ])('may start with a header: %s', async (header) => {
    const root = datasetOf(coats, { 'Annotations/label.csv': `\uFEFF${[header, ...coats].join('\n')}` });
    expect(await samplesOf(root)).toEqual(expected);
  });

  test('may have names in any script, and names in two Unicode normalizations are two files', async () => {
    const files = ['Images/衣服/长袖.jpg', 'Images/café.jpg'.normalize('NFC'), 'Images/café.jpg'.normalize('NFD')];
    const root = datasetOf(files.map((file) => `${file},coat_length_labels,nyn`));
    expect(await samplesOf(root)).toEqual(files.map((file) => `${file} coat_length nyn`).toSorted());
  });

  test('may be one of several that a list and globs name, and is read once', async () => {
    const root = datasetOf(coats, {
      'Annotations/label.csv': coats.slice(0, 2).join('\n'),
      'Annotations/round2/label.csv': ['filename,label_name,label', ...coats.slice(2)].join('\n'),
      'Annotations/notes.txt': 'no labels',
    });
    expect(await samplesOf(root, { annotations: 'Annotations/**/*.csv' })).toEqual(expected);
    const list = ['Annotations/round2/label.csv', 'Annotations/label.csv', 'Annotations/*.csv'];
    expect(await samplesOf(root, { annotations: list })).toEqual(expected);
  });

  test('gives byte-identical samples with its rows in another order', async () => {
    const [one, other] = [await ingestOf(datasetOf(coats)), await ingestOf(datasetOf(coats.toReversed()))];
    expect(readFileSync(other.outputs.samples ?? '')).toEqual(readFileSync(one.outputs.samples ?? ''));
  });
});

describe('ingest warns and goes on', () => {
  test('when a class has far fewer samples than another', async () => {
    const rows = Array.from({ length: 81 }, (_, index) => `Images/${index}.jpg,coat_labels,${index < 3 ? 'yn' : 'ny'}`);
    const { logged } = await ingestOf(datasetOf(rows));
    expect(logged).toContain('coat: class 1 has 78 samples, class 0 has 3 (1 : 26)');
  });

  test('when a task name looks misspelt or a task has only one class', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, index) => `Images/${index}.jpg,coat_length_labels,${index % 2 ? 'yn' : 'ny'}`,
    );
    const { logged } = await ingestOf(
      datasetOf([...rows, 'Images/60.jpg,coat_lenght_labels,yn', 'Images/61.jpg,hat,y']),
    );
    expect(logged).toContain('coat_lenght: 1 sample; is this a misspelling of coat_length, which has 60?');
    expect(logged).toContain('hat: only one class, so there is nothing to classify');
  });

  test('when the question file is empty or its name differs in letter case', async () => {
    expect((await ingestOf(datasetOf(coats, { 'Tests/question.csv': '' }))).logged).toContain(
      'Tests/question.csv has no rows, so there are no questions',
    );
    const { logged } = await ingestOf(datasetOf(coats, { 'tests/Question.csv': `${coats[0]}\n` }));
    expect(logged).toContain(
      'no Tests/question.csv in the data set, so there are no questions. Did you mean "tests/Question.csv"? It differs in letter case.',
    );
  });
});

test('ingest keeps and counts the "maybe" marks of a label and ignores them otherwise', async () => {
  const root = datasetOf(coats);
  expect(await samplesOf(root)).toContain('Images/coat/2.jpg coat_length nmy');
  expect(await tasksOf(root)).toMatchObject([{ counts: { all: [1, 2, 1], maybe: [0, 1, 0] } }]);
});
