import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { problemsOf } from './ingest-problems.ts';

// The files were written by pyarrow 26, with four rows: image, colour (a dictionary), tags (lists of texts), price (double),
// stars (int64), sold (bool), bytes, box (lists of two floats), nested (a struct), day. Some fields are null.
const file = (name: string) => readFileSync(new URL(`../vision/data/label-tables/${name}.parquet`, import.meta.url));

function parquetOf(name: string): string {
  const root = temporaryFolder();
  const images = [0, 1, 2, 3].map((index) => [`${index}.jpg`, 'image']);
  writeFiles(root, { ...Object.fromEntries(images), 'labels.parquet': file(name) });
  return root;
}

const params = {
  layout: 'table',
  annotations: 'labels.parquet',
  columns: {
    file: 'image',
    tasks: { colour: 'class', tags: 'classes', price: 'numbers', stars: 'ordered', sold: 'class', box: 'numbers' },
  },
  validation_fraction: 0,
};

test.each(['labels', 'labels-gzip'])('a label table may be a Parquet file: %s', async (name) => {
  const { failure, outputs } = await ingestOf(parquetOf(name), params);
  expect(failure).toBeUndefined();
  const { samples, classNames } = unwrap(await readSamples(outputs['samples'] ?? ''));
  expect(samples.map(({ file, task, label }) => `${file} ${task} ${label}`).toSorted()).toEqual([
    '0.jpg box 1.5;2',
    '0.jpg colour ny',
    '0.jpg price 9.5',
    '0.jpg sold ny',
    '0.jpg stars nny',
    '0.jpg tags yy',
    '1.jpg box 1.5;2',
    '1.jpg colour yn',
    '1.jpg sold yn',
    '1.jpg stars ynn',
    // An empty list is a label without classes, null is none.
    '1.jpg tags nn',
    '2.jpg box 1.5;2',
    '2.jpg colour ny',
    '2.jpg price 100',
    '2.jpg stars nyn',
    '2.jpg tags ny',
    '3.jpg box 1.5;2',
    '3.jpg price -0.25',
    '3.jpg sold ny',
  ]);
  expect(Object.fromEntries(classNames)).toMatchObject({ tags: ['long', 'silk'], stars: ['1', '2', '3'] });
});

test('a Parquet file with a compression that cannot be read is rejected', async () => {
  expect(await problemsOf(parquetOf('labels-lz4'), params)).toEqual([
    '…/labels.parquet: the label file is compressed with LZ4_RAW, which cannot be read here — Write it again with the compression Snappy, or as CSV. Zstandard needs Node 22.15.',
  ]);
});

test('a column of a Parquet file that cannot be a label is none', async () => {
  const columns = { file: 'image', tasks: { bytes: 'class' } };
  expect(await problemsOf(parquetOf('labels'), { ...params, columns })).toEqual([
    '…/labels.parquet: there is no column "bytes" — The columns are "image", "colour", "tags", "price", "stars", "sold", "box" and "day"; the param "columns" says which are used.',
  ]);
});
