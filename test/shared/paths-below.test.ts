import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collisions, isBelow, isFileName, resolveBelow } from '../../src/shared/paths-below.ts';
import { temporaryFolder } from '../support/dataset.ts';

test.each(['a', 'a/b.txt', '..a', 'a..', '...', 'a b', 'é/日本', 'a\\b'])('%j is below any folder', (path) => {
  expect(isBelow(path)).toBe(true);
});

test.each([
  ...['', '.', '..', '/', '/a', '../a', 'a/..', 'a/../b', 'a//b', 'a/', './a', 'a/./b'],
  ...['\\a', '..\\a', 'a\\..\\..\\b', '\\\\server\\share', 'C:', 'c:\\a', 'C:a', 'a\0b'],
])('%j may lead out of a folder on some system', (path) => {
  expect(isBelow(path)).toBe(false);
  expect(isFileName(path)).toBe(false);
});

test('a file name has no folder on any system', () => {
  expect(['a', 'a.b', 'a/b', 'a\\b'].map(isFileName)).toEqual([true, true, false, false]);
});

describe('resolving a path below a folder', () => {
  function folder(): string {
    const root = temporaryFolder();
    mkdirSync(join(root, 'inside/deep'), { recursive: true });
    writeFileSync(join(root, 'inside/deep/a'), '');
    writeFileSync(join(root, 'outside'), '');
    return root;
  }

  test('follows links that stay below it', () => {
    const root = folder();
    symlinkSync('deep', join(root, 'inside/shallow'));
    expect(resolveBelow(join(root, 'inside'), 'shallow/a')).toEqual({ ok: true, value: join(root, 'inside/deep/a') });
    // The folder itself may be a link.
    symlinkSync('inside', join(root, 'link'));
    expect(resolveBelow(join(root, 'link'), 'deep/a')).toEqual({ ok: true, value: join(root, 'inside/deep/a') });
  });

  test('refuses links that lead out of it, at every level, and says where to', () => {
    const root = folder();
    symlinkSync('../outside', join(root, 'inside/file'));
    symlinkSync('..', join(root, 'inside/up'));
    symlinkSync('up', join(root, 'inside/twice'));
    const outside = { ok: false, failure: { kind: 'outside', target: join(root, 'outside') } };
    for (const path of ['file', 'up/outside', 'twice/outside'])
      expect(resolveBelow(join(root, 'inside'), path)).toEqual(outside);
  });

  test('refuses a folder that has been replaced by a link since it was last looked at', () => {
    const root = folder();
    expect(resolveBelow(join(root, 'inside'), 'deep/a').ok).toBe(true);
    renameSync(join(root, 'inside/deep'), join(root, 'moved'));
    symlinkSync('../moved', join(root, 'inside/deep'));
    expect(resolveBelow(join(root, 'inside'), 'deep/a')).toMatchObject({ failure: { kind: 'outside' } });
  });

  test('refuses a folder beside it whose name begins with its own', () => {
    const root = folder();
    mkdirSync(join(root, 'inside-out'));
    symlinkSync('../inside-out', join(root, 'inside/beside'));
    expect(resolveBelow(join(root, 'inside'), 'beside')).toMatchObject({ failure: { kind: 'outside' } });
  });
});

test('names collide if letter case or Unicode normalization is all that distinguishes them', () => {
  expect(collisions(['a', 'A', 'b', 'é', 'e\u0301'])).toEqual(['a', 'A', 'é', 'e\u0301']);
});
