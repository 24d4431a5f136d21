import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import classify from '../../stages/classify.ts';
import predict from '../../stages/predict.ts';
import train from '../../stages/train.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { collected, runStage, type StageOutcome } from '../support/run-stage.ts';

const COLOURS = ['red', 'green', 'blue'];

/** A model that knows colours by their names, and shades by their numbers. */
async function trained(epochs: number) {
  const inputs = await labelledImages(20, { classNames: new Map([['colour', COLOURS]]) });
  const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs, batch_size: 8, seed: 2018 };
  const { failure, outputs } = await runStage(train, { params, inputs });
  expect(failure).toBeUndefined();
  return { inputs, models: collected(outputs['model'] ?? '') };
}

const plain = (background: string) =>
  sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();

/** A folder of photographs, some of them in a folder of their own, with files that are none. */
async function photographs(more: Readonly<Record<string, string | Buffer>> = {}): Promise<string> {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'b.png': await plain('#d02020'),
    'a/1.PNG': await plain('#2020d0'),
    'notes.txt': 'no photograph',
    '.hidden.png': 'no photograph',
    ...more,
  });
  return folder;
}

const file = ({ outputs }: StageOutcome, name: string) => readFileSync(join(outputs['predictions'] ?? '', name));

describe('the classify stage', () => {
  test('answers for every task of every image below the folder, without label files and questions', async () => {
    const { models } = await trained(12);
    const outcome = await runStage(classify, { inputs: { images: await photographs(), models } });
    expect(outcome.failure).toBeUndefined();
    const rows: Record<string, string>[] = parse(file(outcome, 'predictions.csv'), { columns: true });
    expect(rows.map((row) => [row['file'], row['task']])).toEqual([
      ['a/1.PNG', 'colour'],
      ['a/1.PNG', 'shade'],
      ['b.png', 'colour'],
      ['b.png', 'shade'],
    ]);
    expect(rows.filter((row) => row['task'] === 'colour').map((row) => row['class'])).toEqual(['blue', 'red']);
    for (const row of rows) {
      const probabilities = (row['probabilities'] ?? '').split(';').map(Number);
      const names = row['task'] === 'colour' ? COLOURS : ['0', '1'];
      expect(probabilities).toHaveLength(names.length);
      expect(probabilities[names.indexOf(row['class'] ?? '')]).toBe(Math.max(...probabilities));
    }
    expect(outcome.logged).toEqual(['skipped 1 file without an image extension: "notes.txt"']);
    expect(outcome.metrics).toEqual({ images: 2, quarantined: 0 });
  });

  test('gives the same probabilities as the predict stage', async () => {
    const { inputs, models } = await trained(1);
    const asked = await runStage(predict, { inputs: { ...inputs, models } });
    const answered = await runStage(classify, { inputs: { images: inputs.dataset, models } });
    const answers: string[][] = parse(file(answered, 'predictions.csv'));
    const expected: string[][] = parse(readFileSync(asked.outputs['predictions'] ?? ''));
    const found = new Map(
      answers.map(([image, task, , , probabilities]) => [`${image} ${task}_labels`, probabilities]),
    );
    expect(expected).toHaveLength(20);
    for (const [image, labelName, probabilities] of expected) {
      expect(found.get(`${image} ${labelName}`)).toBe(probabilities);
    }
  });

  test('writes JSON lines and Arrow on demand, with the same content', async () => {
    const { models } = await trained(1);
    const params = { formats: ['csv', 'jsonl', 'arrow'], batch_size: 1 };
    const outcome = await runStage(classify, { params, inputs: { images: await photographs(), models } });
    const rows: Record<string, string>[] = parse(file(outcome, 'predictions.csv'), { columns: true });
    const lines = file(outcome, 'predictions.jsonl').toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).file)).toEqual(['a/1.PNG', 'b.png']);
    const { tasks } = JSON.parse(lines[0] ?? '');
    expect(Object.keys(tasks)).toEqual(['colour', 'shade']);
    expect(tasks.colour.class).toBe(rows[0]?.['class']);
    expect(Object.keys(tasks.colour.probabilities)).toEqual(COLOURS);
    const table = tableFromIPC(file(outcome, 'predictions.arrow'));
    expect(table.toArray().map((row) => [row.file, row.task, row.class])).toEqual(
      rows.map((row) => [row['file'], row['task'], row['class']]),
    );
    expect([...table.toArray()[0].probabilities]).toEqual(Object.values(tasks.colour.probabilities));
  });

  test('lists broken images with on_bad_image: quarantine', async () => {
    const { models } = await trained(1);
    const images = await photographs({ 'broken.png': 'no image', 'empty.jpg': '' });
    const params = { on_bad_image: 'quarantine' };
    const outcome = await runStage(classify, { params, inputs: { images, models } });
    expect(outcome.failure).toBeUndefined();
    expect(JSON.parse(file(outcome, 'quarantine.json').toString()).images).toEqual([
      { file: 'broken.png', reason: expect.stringContaining('image') },
      { file: 'empty.jpg', reason: '"empty.jpg" is empty' },
    ]);
    expect(outcome.metrics).toEqual({ images: 2, quarantined: 2 });
  });
});

describe('the classify stage fails', () => {
  test('when images cannot be decoded, reporting all of them together', async () => {
    const { models } = await trained(1);
    const images = await photographs({ 'broken.png': 'no image', 'empty.jpg': '' });
    const { failure } = await runStage(classify, { inputs: { images, models } });
    expect(failure?.problems.map(({ at }) => at?.file).sort()).toEqual([
      join(images, 'broken.png'),
      join(images, 'empty.jpg'),
    ]);
    for (const { advice } of failure?.problems ?? []) expect(advice).toContain('"on_bad_image"');
  });

  test('when the folder has no images', async () => {
    const { models } = await trained(1);
    const images = temporaryFolder();
    mkdirSync(join(images, 'empty'));
    const { failure } = await runStage(classify, { inputs: { images, models } });
    expect(failure?.problems).toEqual([
      {
        message: 'there are no images in this folder',
        at: { file: images },
        advice: 'Give the input "images" a folder with images (.jpg, .png, …).',
      },
    ]);
  });

  test('when a folder is a symbolic link, which could lead to itself', async () => {
    const { models } = await trained(1);
    const images = await photographs();
    symlinkSync('.', join(images, 'loop'));
    const { failure } = await runStage(classify, { inputs: { images, models } });
    expect(failure?.problems.map(({ message }) => message)).toEqual([
      '"loop" is a symbolic link to a folder of the data set',
    ]);
  });
});
