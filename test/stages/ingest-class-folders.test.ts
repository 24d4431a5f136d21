import { describe, expect, test } from 'vitest';
import { readQuestions } from '../../src/vision/data/tables/questions.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { samplesOf, tasksOf } from './ingested-tables.ts';

describe('ingest with the layout "folders"', () => {
  const treeOf = (paths: readonly string[]) => {
    const root = temporaryFolder();
    writeFiles(root, Object.fromEntries(paths.map((path) => [path, 'image'])));
    return root;
  };

  test('makes each folder a class of one task, sorted by name', async () => {
    const root = treeOf(['dog/1.jpg', 'dog/2.PNG', 'cat/1.webp', 'Zebra/1.jpeg']);
    expect(await samplesOf(root, { layout: 'folders' })).toEqual([
      'Zebra/1.jpeg label ynn',
      'cat/1.webp label nyn',
      'dog/1.jpg label nny',
      'dog/2.PNG label nny',
    ]);
    expect(await tasksOf(root, { layout: 'folders', task: 'animal', validation_fraction: 0 })).toEqual([
      {
        name: 'animal',
        classes: 3,
        samples: 4,
        class_names: ['Zebra', 'cat', 'dog'],
        counts: { all: [1, 1, 2], train: [1, 1, 2], validation: [0, 0, 0], maybe: [0, 0, 0] },
      },
    ]);
  });

  test('makes each top folder a task when the images are two folders deep', async () => {
    const root = treeOf(['coat_length_labels/long/1.jpg', 'coat_length_labels/short/2.jpg', 'neck/round/3.jpg']);
    expect(await samplesOf(root, { layout: 'folders' })).toEqual([
      'coat_length_labels/long/1.jpg coat_length yn',
      'coat_length_labels/short/2.jpg coat_length ny',
      'neck/round/3.jpg neck y',
    ]);
  });

  test('skips hidden files silently and other files with a note', async () => {
    const root = treeOf(['cat/1.jpg', 'cat/._1.jpg', 'dog/1.jpg', 'dog/Thumbs.db', '.cache/1.jpg', '__MACOSX/1.jpg']);
    expect((await samplesOf(root, { layout: 'folders' })).length).toBe(2);
    expect((await ingestOf(root, { layout: 'folders' })).logged).toContain(
      'skipped 1 file without an image extension: "dog/Thumbs.db"',
    );
  });

  test('asks for every task of the images in the folder Tests, if there is no question file in it', async () => {
    const root = treeOf(['heel/flat/1.jpg', 'heel/high/2.jpg', 'toe/open/3.jpg', 'Tests/8.jpg', 'Tests/more/9.jpg']);
    const { failure, metrics, outputs, logged } = await ingestOf(root, { layout: 'folders' });
    expect(failure).toBeUndefined();
    expect(metrics).toMatchObject({ samples: 3, questions: 4, tasks: 2 });
    expect(unwrap(await readQuestions(outputs['questions'] ?? ''))).toEqual([
      { file: 'Tests/8.jpg', labelName: 'heel', task: 'heel' },
      { file: 'Tests/8.jpg', labelName: 'toe', task: 'toe' },
      { file: 'Tests/more/9.jpg', labelName: 'heel', task: 'heel' },
      { file: 'Tests/more/9.jpg', labelName: 'toe', task: 'toe' },
    ]);
    expect(logged).toContain('each of the 2 images in Tests is a question for "heel" and "toe"');
  });

  test('asks for the images in the folder that the param "questions" names', async () => {
    const root = treeOf(['cat/1.jpg', 'dog/1.jpg', 'new/8.jpg']);
    const { failure, metrics } = await ingestOf(root, { layout: 'folders', questions: 'new' });
    expect(failure).toBeUndefined();
    expect(metrics).toMatchObject({ samples: 2, questions: 1, tasks: 1 });
  });

  test('does not take the folder of a question file for a class', async () => {
    const root = treeOf(['cat/1.jpg', 'dog/1.jpg', 'Tests/Images/9.jpg']);
    writeFiles(root, { 'Tests/question.csv': 'Tests/Images/9.jpg,label,?\n' });
    const { failure, metrics } = await ingestOf(root, { layout: 'folders' });
    expect(failure).toBeUndefined();
    expect(metrics).toMatchObject({ samples: 2, questions: 1, tasks: 1 });
  });
});
