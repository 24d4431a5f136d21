import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { compareContent } from '../../../src/engine/values/compare-content.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

/** A folder with a file of numbers, and empty folders. */
function content(numbers: string, ...folders: string[]) {
  const path = temporaryFolder();
  writeFileSync(join(path, 'numbers.json'), numbers);
  for (const folder of folders) mkdirSync(join(path, folder));
  return { path, tree: unwrap(digestTree(path)) };
}

test('two folders whose files differ in numbers alone are as far apart as these', async () => {
  const compared = await compareContent(content('[1, 2]'), content('[1, 3]'), 'out', []);
  expect(compared).toMatchObject({ kind: 'numbers', differing: 1, absolute: { difference: 1 } });
});

test('two folders that differ in empty folders are not taken for equal within a tolerance', async () => {
  const compared = await compareContent(content('[1]', 'empty'), content('[1]', 'other'), 'out', []);
  expect(compared).toEqual({ kind: 'other', file: '', what: 'it has other empty directories' });
});
