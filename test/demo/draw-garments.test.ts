import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawGarments } from '../../src/demo/draw-garments.ts';
import { TASKS } from '../../src/demo/tasks.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { unwrap } from '../support/result.ts';
import { classTable, type Row, rows, sharedFolder } from './data-set.ts';

const classesOf = Object.fromEntries(TASKS.map(({ name, classes }) => [`${name}_labels`, classes.length]));

describe('a drawn data set of 60 labelled images and 16 questions', () => {
  const parent = sharedFolder();
  const directory = join(parent, 'garments');
  let labels: readonly Row[] = [];
  let questions: readonly Row[] = [];

  beforeAll(async () => {
    expect(unwrap(await drawGarments({ directory, images: 60, questions: 16, seed: 1 }))).toEqual({ drawn: 76 });
    labels = rows(directory, 'Annotations/label.csv');
    questions = rows(directory, 'Tests/question.csv');
  });

  test('has a row and an image for each sample, in the folder of its task', () => {
    expect(labels).toHaveLength(60);
    expect(questions).toHaveLength(16);
    for (const { file, task } of labels) expect(file).toMatch(new RegExp(`^Images/${task}/[0-9a-f]{32}\\.jpg$`));
    for (const { file, task } of questions)
      expect(file).toMatch(new RegExp(`^Tests/Images/${task}/[0-9a-f]{32}\\.jpg$`));
    for (const { file } of [...labels, ...questions])
      expect(statSync(join(directory, file)).size).toBeGreaterThan(1000);
  });

  test('has labels with one character per class, exactly one of them y', () => {
    for (const { task, label } of labels) {
      expect(label).toMatch(/^[nm]*y[nm]*$/);
      expect(label).toHaveLength(classesOf[task] ?? 0);
    }
  });

  test('has several classes of each of the eight tasks', () => {
    for (const task of Object.keys(classesOf)) {
      const positions = labels.filter((row) => row.task === task).map(({ label }) => label.indexOf('y'));
      expect(new Set(positions).size).toBeGreaterThan(1);
    }
  });

  test('has questions without labels, and their answers in a separate file', () => {
    expect(new Set(questions.map(({ label }) => label))).toEqual(new Set(['?']));
    const answers = rows(directory, 'Tests/answers.csv');
    expect(answers.map(({ file }) => file)).toEqual(questions.map(({ file }) => file));
    for (const { task, label } of answers) expect(label).toHaveLength(classesOf[task] ?? 0);
  });

  test('has a table of the class names', () => {
    expect(classTable(directory).filter(([task]) => task === 'pant_length_labels')).toEqual([
      ['pant_length_labels', '0', 'Invisible'],
      ['pant_length_labels', '1', 'Short Pant'],
      ['pant_length_labels', '2', 'Mid Length'],
      ['pant_length_labels', '3', '3/4 Length'],
      ['pant_length_labels', '4', 'Cropped Pant'],
      ['pant_length_labels', '5', 'Full Length'],
    ]);
  });

  test('has colour images of many aspect ratios, with 256 to 320 px on the longer side', async () => {
    const pictures = await Promise.all(labels.map(({ file }) => sharp(join(directory, file)).metadata()));
    for (const { format, channels, width, height } of pictures) {
      expect({ format, channels }).toEqual({ format: 'jpeg', channels: 3 });
      expect(Math.max(width, height)).toBeGreaterThanOrEqual(256);
      expect(Math.max(width, height)).toBeLessThanOrEqual(320);
    }
    expect(new Set(pictures.map(({ width, height }) => width / height)).size).toBeGreaterThan(20);
  });

  test('is byte-identical when it is drawn elsewhere with the same seed', async () => {
    const again = join(temporaryFolder(), 'elsewhere');
    await drawGarments({ directory: again, images: 60, questions: 16, seed: 1 });
    expect(digests(again)).toEqual(digests(directory));
  });

  test('has no image in common with the data set of another seed', async () => {
    const other = join(temporaryFolder(), 'garments');
    await drawGarments({ directory: other, images: 60, questions: 16, seed: 2 });
    const pictures = (root: string) =>
      Object.entries(digests(root)).flatMap(([file, digest]) => (file.endsWith('.jpg') ? [digest] : []));
    expect(new Set([...pictures(directory), ...pictures(other)]).size).toBe(2 * 76);
  });

  test('is contained in a larger data set with the same seed', async () => {
    const larger = join(temporaryFolder(), 'garments');
    await drawGarments({ directory: larger, images: 80, questions: 16, seed: 1 });
    const [small, large] = [digests(directory), digests(larger)];
    for (const { file } of labels) expect(large[file]).toBe(small[file]);
  });

  test('is not changed when it is drawn again with the same options', async () => {
    const directory = join(temporaryFolder(), 'garments');
    const order = { directory, images: 54, questions: 0, seed: 1 };
    await drawGarments(order);
    rmSync(join(directory, 'Annotations', 'label.csv'));
    expect(unwrap(await drawGarments(order))).toEqual({ drawn: 0 });
    expect(existsSync(join(directory, 'Annotations', 'label.csv'))).toBe(false);
  });
});

describe('the directory of a drawn data set', () => {
  test('is replaced when it was drawn with other options', async () => {
    const directory = join(temporaryFolder(), 'garments');
    await drawGarments({ directory, images: 54, questions: 0, seed: 1 });
    expect(unwrap(await drawGarments({ directory, images: 55, questions: 0, seed: 1 }))).toEqual({ drawn: 55 });
    expect(rows(directory, 'Annotations/label.csv')).toHaveLength(55);
  });

  test('is rejected and not changed when it contains other files', async () => {
    const directory = temporaryFolder();
    writeFiles(directory, { 'holiday.jpg': 'mine' });
    expect(await drawGarments({ directory, images: 54, seed: 1 })).toEqual({
      ok: false,
      failure: [
        {
          message: `${directory} contains files other than drawn garments.`,
          at: { file: directory },
          advice: 'Choose a directory that does not exist, or delete this one.',
        },
      ],
    });
    expect(readdirSync(directory)).toEqual(['holiday.jpg']);
  });

  test('is not created when the drawing is interrupted, and no temporary files are left', async () => {
    const parent = temporaryFolder();
    const interrupt = new AbortController();
    const result = await drawGarments({
      directory: join(parent, 'garments'),
      images: 54,
      seed: 1,
      signal: interrupt.signal,
      progress: (done) => {
        if (done === 3) interrupt.abort();
      },
    });
    expect(result).toMatchObject({
      ok: false,
      failure: [{ message: expect.stringMatching(/^Interrupted after \d+ of 62/) }],
    });
    expect(readdirSync(parent)).toEqual([]);
  });

  test('contains no files of an earlier drawing that was killed', async () => {
    const parent = temporaryFolder();
    writeFiles(join(parent, 'garments.incomplete'), { 'Images/half.jpg': 'half' });
    await drawGarments({ directory: join(parent, 'garments'), images: 54, questions: 0, seed: 1 });
    expect(readdirSync(parent)).toEqual(['garments']);
    expect(readdirSync(join(parent, 'garments', 'Images'))).not.toContain('half.jpg');
  });

  test('is not created for fewer than 54 images', async () => {
    const parent = temporaryFolder();
    expect(await drawGarments({ directory: join(parent, 'garments'), images: 53, seed: 1 })).toEqual({
      ok: false,
      failure: [{ message: '53 images are too few.', advice: 'Eight tasks need at least 54.' }],
    });
    expect(readdirSync(parent)).toEqual([]);
  });
});

function digests(root: string): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
  return Object.fromEntries(
    files.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    ]),
  );
}
