import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { linkOrCopy } from '../../../src/engine/execute/link-or-copy.ts';
import { temporaryFolder } from '../../support/dataset.ts';

const keep = (_path: string, change: () => void) => change();
/** As on another disk, or if the file belongs to another user. */
const noLinks = () => {
  throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
};
const { signal } = new AbortController();

let from: string;
let to: string;

beforeEach(() => {
  const root = temporaryFolder();
  [from = '', to = ''] = ['from', 'to'].map((name) => join(root, name));
});

const inode = (path: string) => statSync(path).ino;

describe('linkOrCopy', () => {
  test('makes a hard link', async () => {
    writeFileSync(from, 'text');
    await linkOrCopy(from, to, keep, signal);
    expect(inode(to)).toBe(inode(from));
  });

  test('makes a hard link to what a symbolic link leads to', async () => {
    writeFileSync(`${from}-target`, 'text');
    symlinkSync('from-target', from);
    await linkOrCopy(from, to, keep, signal);
    expect(inode(to)).toBe(inode(`${from}-target`));
  });

  test.each([
    ['a small file', 4],
    ['a large file, in parts', 5_000_000],
    ['an empty file', 0],
  ])('copies %s if no hard link can be made', async (_what, size) => {
    writeFileSync(from, Buffer.alloc(size, 'text'), { mode: 0o750 });
    await linkOrCopy(from, to, noLinks, signal);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    expect(inode(to)).not.toBe(inode(from));
    expect(statSync(to).mode).toBe(statSync(from).mode);
  });

  test.each([4, 5_000_000])('does not overwrite a file of %d bytes', async (size) => {
    writeFileSync(from, Buffer.alloc(size, 'text'));
    writeFileSync(to, 'other');
    await expect(linkOrCopy(from, to, keep, signal)).rejects.toMatchObject({ code: 'EEXIST', path: to });
    expect(readFileSync(to, 'utf8')).toBe('other');
  });

  test('stops copying a large file when the run is cancelled', async () => {
    writeFileSync(from, Buffer.alloc(5_000_000));
    await expect(linkOrCopy(from, to, noLinks, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('fails if the file does not exist', async () => {
    await expect(linkOrCopy(from, to, keep, signal)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
