import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { undocumented } from '../../scripts/docs/api/api-pages.ts';
import { referenceFiles } from '../../scripts/docs/reference.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(Object.entries(referenceFiles(ROOT)))('%s is what "npm run docs" writes', (path, text) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});

test('everything that projects import has a docstring', () => {
  expect(undocumented(ROOT)).toEqual([]);
});
