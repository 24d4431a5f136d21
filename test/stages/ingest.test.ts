import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImages } from '../../src/data/images.ts';
import { readQuestions } from '../../src/data/questions.ts';
import { readSamples } from '../../src/data/samples.ts';
import { datasetOf } from '../support/dataset.ts';
import { COATS as coats, ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';

const necks = ['Images/neck/5.jpg,neck_design_labels,ny', 'Images/coat/1.jpg,neck_design_labels,yn'];

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
      'coat_length: no training sample of classes 0 and 2',
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
