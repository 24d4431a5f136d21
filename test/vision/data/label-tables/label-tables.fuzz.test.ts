import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readParquetTable } from '../../../../src/vision/data/label-tables/parquet-table.ts';
import { readLabelTables } from '../../../../src/vision/data/label-tables/read-label-tables.ts';
import { DatasetFiles } from '../../../../src/vision/data/labels/dataset-files.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

/** Valid pieces of label tables, and invalid ones. */
const pieces = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1.jpg', '2.jpg', 'red', 'a|b', '1.5', ',', ',', ',', '\n', '\r\n') },
  { weight: 2, arbitrary: fc.constantFrom('"', '""', ' ', '\t', ';', '\r', '../', 'é', '\uFEFF', 'train', '\u0007') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const tables = fc.tuple(
  fc.constantFrom('image,colour,tags,size,split\n', 'image,colour\n', 'image;colour\r\n', ''),
  fc.array(pieces, { maxLength: 60 }),
);
const columns = fc.constantFrom(
  {},
  { tasks: { colour: 'class' } },
  {
    split: 'split',
    group: 'colour',
    tasks: { tags: { kind: 'classes', separator: '|' }, size: 'numbers', colour: 'ordered' },
  },
);

test('reading label tables with any content terminates, and each problem has a place and advice', async () => {
  const root = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(tables, columns, async ([header, parts], columns) => {
      writeFileSync(join(root, 'labels.csv'), header + parts.join(''));
      const found = [{ file: 'labels.csv', split: undefined }];
      const read = await readLabelTables(found, { columns, imagePath: undefined }, new DatasetFiles(root));
      const { problems, findings, labels, kinds, classNames } = read;
      for (const { message, at, advice } of [...problems, ...findings]) {
        expect(message).not.toMatch(/undefined|\p{Cc}/u);
        expect(advice).toBeTruthy();
        if (!advice?.startsWith('Save it as')) expect(at?.file).toBe(join(root, 'labels.csv'));
      }
      if (problems.length + findings.length === 0) expect(labels.length).toBeGreaterThan(0);
      for (const { task, label } of labels)
        if (kinds.get(task) !== 'numbers') expect(label).toHaveLength(classNames.get(task)?.length ?? -1);
    }),
    { numRuns: 1000 },
  );
});

test('a corrupted Parquet file is a problem, or a table', async () => {
  const bytes = readFileSync(new URL('labels.parquet', import.meta.url));
  const file = join(temporaryFolder(), 'labels.parquet');
  const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(places, async (changes) => {
      const corrupted = Buffer.from(bytes);
      for (const [at, value] of changes) corrupted[at] = value;
      writeFileSync(file, corrupted);
      const table = await readParquetTable(file, () => true);
      if (!table.ok) expect(table.failure).toMatchObject([{ at: { file }, advice: expect.any(String) }]);
    }),
    // A list with −1 children was read for ever. A seed: a test that does not end would not say for which file.
    { numRuns: 500, seed: 2018, examples: [[[[1070, 1]]]] },
  );
});
