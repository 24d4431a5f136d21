import { describe, expect, test } from 'vitest';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { problemsOf } from './ingest-problems.ts';

const COCO = { layout: 'coco', annotations: 'instances.json', image_path: 'photos/*' };

const content = {
  images: [
    { id: 7, file_name: '1.jpg', width: 640 },
    { id: 8, file_name: '2.jpg' },
    { id: 9, file_name: '3.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 7, category_id: 18, bbox: [0, 0, 9, 9] },
    { id: 2, image_id: 7, category_id: 3, bbox: [5, 5, 9, 9] },
    { id: 3, image_id: 7, category_id: 18, bbox: [1, 1, 9, 9] },
    { id: 4, image_id: 8, category_id: 18 },
  ],
  categories: [
    { id: 18, name: 'dog' },
    { id: 3, name: 'car' },
    { id: 90, name: 'tie' },
  ],
};

function cocoOf(file: object = content, files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  const images = ['1.jpg', '2.jpg', '3.jpg'].map((name) => [`photos/${name}`, 'image']);
  writeFiles(root, { ...Object.fromEntries(images), 'instances.json': JSON.stringify(file), ...files });
  return root;
}

async function labelsOf(root: string, params: Readonly<Record<string, unknown>> = {}) {
  const { failure, outputs, logged } = await ingestOf(root, { ...COCO, ...params });
  expect(failure).toBeUndefined();
  const { samples, classNames, kinds } = unwrap(await readSamples(outputs['samples'] ?? ''));
  const rows = samples.map(({ file, task, label, split }) => `${file} ${task} ${label} ${split}`).toSorted();
  return { rows, names: Object.fromEntries(classNames), kinds: Object.fromEntries(kinds ?? []), logged };
}

describe('annotations in the format of COCO', () => {
  test('give each image the categories of its annotations, or none', async () => {
    const { rows, names, kinds } = await labelsOf(cocoOf(), { validation_fraction: 0 });
    expect(rows).toEqual([
      'photos/1.jpg label yyn train',
      'photos/2.jpg label nyn train',
      'photos/3.jpg label nnn train',
    ]);
    expect(names).toEqual({ label: ['car', 'dog', 'tie'] });
    expect(kinds).toEqual({ label: 'classes' });
  });

  test('give one class with the kind "class", and leave out images without an annotation', async () => {
    const one = { ...content, annotations: content.annotations.slice(2) };
    const { rows, kinds, logged } = await labelsOf(cocoOf(one), {
      kind: 'class',
      task: 'animal',
      validation_fraction: 0,
    });
    expect(rows).toEqual(['photos/1.jpg animal nyn train', 'photos/2.jpg animal nyn train']);
    expect(kinds).toEqual({});
    expect(logged).toContain('1 of 3 images have no annotation and are left out');
  });

  test('may be one file for each split, whose categories are the same by their names', async () => {
    const validation = {
      images: [{ id: 'a', file_name: '1.jpg' }],
      annotations: [{ image_id: 'a', category_id: 1 }],
      categories: [{ id: 1, name: 'tie' }],
    };
    const root = cocoOf(content, { 'val.json': JSON.stringify(validation), 'val/1.jpg': 'image' });
    const { rows } = await labelsOf(root, {
      annotations: { train: 'instances.json', validation: 'val.json' },
      image_path: { train: 'photos/*', validation: 'val/*' },
    });
    expect(rows).toContain('val/1.jpg label nny validation');
    expect(rows).toHaveLength(4);
  });
});

describe('a COCO file is rejected', () => {
  const advice = 'Name a JSON file with the lists "images", "annotations" and "categories" by the param "annotations".';

  test.each([
    [[], 'it is not a JSON object'],
    [{ ...content, images: undefined }, '"images" has to be a list of objects with "id" and "file_name"'],
    [
      { ...content, annotations: [{ image_id: 7 }] },
      '"annotations" has to be a list of objects with "image_id" and "category_id"',
    ],
    [{ ...content, categories: [null] }, '"categories" has to be a list of objects with "id" and "name"'],
  ])('when it has other content than COCO files have: %j', async (file, reason) => {
    expect(await problemsOf(cocoOf(file), COCO)).toEqual([
      `…/instances.json: this is no COCO file: ${reason} — ${advice}`,
    ]);
  });

  test('when it contradicts itself, or an image is missing', async () => {
    const wrong = {
      ...content,
      images: [...content.images, { id: 10, file_name: '3.jpg' }, { id: 7, file_name: '4.jpg' }],
      annotations: [...content.annotations, { image_id: 5, category_id: 3 }, { image_id: 7, category_id: 4 }],
    };
    expect(await problemsOf(cocoOf(wrong), COCO)).toEqual([
      '…/instances.json: two of "images" have the id "7" — Give each an id of its own.',
      '…/instances.json: an annotation is of the id "5", which is not in "images" — Remove the annotation.',
      '…/instances.json: an annotation is of the id "4", which is not in "categories" — Remove the annotation.',
      '…/instances.json: "photos/3.jpg" is in "images" twice — Remove one, and its annotations.',
      '…/instances.json: the image "photos/4.jpg" does not exist — Add it at …/photos/4.jpg, or remove the row.',
    ]);
  });

  test('when an image has two categories and the kind is "class"', async () => {
    expect(await problemsOf(cocoOf(), { ...COCO, kind: 'class' })).toEqual([
      '…/instances.json: "photos/1.jpg" has the categories "car" and "dog", but a label of the kind class is one — Set the param "kind" to "classes", or remove annotations.',
    ]);
  });

  test('when it has no categories, or the task an invalid name', async () => {
    expect(await problemsOf(cocoOf({ ...content, categories: [], annotations: [] }), COCO)).toEqual([
      '…/instances.json: there are 0 categories; from 1 to 256 are supported — Check the list "categories".',
    ]);
    expect((await problemsOf(cocoOf(), { ...COCO, task: 'my task' }))[0]).toContain('invalid task name "my task"');
  });
});

test('params that the layout does not read are rejected', async () => {
  const params = { layout: 'folders', columns: { file: 'a' }, image_path: 'a/*' };
  expect(await problemsOf(cocoOf(), params)).toEqual([
    'the layout "folders" does not read the param "columns" — Set the param "layout" to "table", or remove "columns".',
    'the layout "folders" does not read the param "image_path" — Set the param "layout" to "table" or "coco", or remove "image_path".',
  ]);
});
