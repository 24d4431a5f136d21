import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contentDifference } from '../../../src/engine/execute/content-difference.ts';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { unwrap } from '../../support/result.ts';

/** A file's bytes, or a directory's files; a name that ends in a slash is an empty directory. */
type Content = string | Buffer | Readonly<Record<string, string>>;

async function compare(expected: Content, found: Content) {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-content-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const make = (name: string, content: Content) => {
    const path = join(directory, name);
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content);
    else {
      for (const [file, text] of Object.entries(content)) {
        mkdirSync(file.endsWith('/') ? join(path, file) : dirname(join(path, file)), { recursive: true });
        if (!file.endsWith('/')) writeFileSync(join(path, file), text);
      }
    }
    return path;
  };
  const located = (path: string) => ({ path, tree: unwrap(digestTree(path)) });
  return contentDifference(located(make('a', expected)), located(make('b', found)));
}

const BIG = Buffer.alloc(3_000_000, 7);
const changed = (offset: number) => {
  const copy = Buffer.from(BIG);
  copy[offset] = 8;
  return copy;
};
const byte = (file: string, offset: number, expected: number | undefined, found: number | undefined) => ({
  kind: 'byte',
  file,
  offset,
  expected,
  found,
});

test.each<[string, Content, Content, object | undefined]>([
  ['nothing', 'abc', 'abc', undefined],
  ['the first byte', 'abc', 'xbc', byte('', 0, 0x61, 0x78)],
  ['the last byte', BIG, changed(2_999_999), byte('', 2_999_999, 7, 8)],
  ['the last byte of a chunk', BIG, changed((1 << 20) - 1), byte('', (1 << 20) - 1, 7, 8)],
  ['the first byte of a chunk', BIG, changed(1 << 20), byte('', 1 << 20, 7, 8)],
  ['an end of the file that is too early', 'abc', 'ab', byte('', 2, 0x63, undefined)],
  ['an end of the file that is too late', 'abc', 'abcd', byte('', 3, undefined, 0x64)],
  [
    'an end of the file at a chunk boundary',
    BIG.subarray(0, 1 << 20),
    BIG.subarray(0, (1 << 20) + 1),
    byte('', 1 << 20, undefined, 7),
  ],
  ['the first file by name', { 'b.txt': '1', 'a/z': '12' }, { 'b.txt': '2', 'a/z': '13' }, byte('a/z', 1, 0x32, 0x33)],
  ['a missing file', { a: '1', b: '1' }, { a: '1' }, { kind: 'missing-file', file: 'b' }],
  ['an extra file', { a: '1' }, { a: '1', b: '1' }, { kind: 'added-file', file: 'b' }],
  ['a directory instead of a file', 'a', { a: 'a' }, { kind: 'other-kind', expected: 'file', found: 'directory' }],
  ['an empty directory', { a: '1' }, { a: '1', 'b/': '' }, { kind: 'empty-directories' }],
])('the first difference between two contents is %s', async (_what, expected, found, difference) => {
  expect(await compare(expected, found)).toEqual(difference);
});
