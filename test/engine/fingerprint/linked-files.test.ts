import { linkSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { LinkedFiles } from '../../../src/engine/fingerprint/linked-files.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

let root: string;
let files: FileDigests;
let trees: SealedTrees;
let original: string;
let copy: string;

beforeEach(() => {
  root = temporaryFolder();
  files = new FileDigests(join(root, 'files'));
  trees = new SealedTrees(join(root, 'trees'));
  [original = '', copy = ''] = ['original', 'copy'].map((name) => join(root, name));
  mkdirSync(original);
  mkdirSync(copy);
  writeFileSync(join(original, 'a'), 'aaaa');
  trees.seal(original, unwrap(digestTree(original, files)));
});

/** Overwrites a file with other bytes of the same length and resets its times, so that only reading it reveals that. */
function changeUnseen(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, 'bbbb');
  utimesSync(path, atime, mtime);
}

describe('a hard link to a file with a known digest', () => {
  test('is digested without reading it', () => {
    const past = new Date(1_000_000_000_000);
    utimesSync(join(original, 'a'), past, past);
    const links = new LinkedFiles([original], files, trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    changeUnseen(join(copy, 'a'));
    links.adopt(copy);
    expect(unwrap(digestTree(copy, files)).files).toEqual([{ path: 'a', digest: sha256('aaaa'), size: 4 }]);
  });

  test('does not break the seal of the original', () => {
    const links = new LinkedFiles([original], files, trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    expect(trees.check(original).ok).toBe(false);
    links.settle();
    expect(trees.check(original).ok).toBe(true);
  });

  test('does not break the seal of the original when it is deleted', () => {
    const links = new LinkedFiles([original], files, trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    rmSync(join(copy, 'a'));
    links.settle();
    expect(trees.check(original).ok).toBe(true);
  });

  test('is read again if it was written to', () => {
    const links = new LinkedFiles([original], files, trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    writeFileSync(join(copy, 'a'), 'bbbb');
    links.adopt(copy);
    links.settle();
    expect(unwrap(digestTree(copy, files)).files).toEqual([{ path: 'a', digest: sha256('bbbb'), size: 4 }]);
    expect(trees.check(original).ok).toBe(false);
  });

  test('is read if it is in fact a copy', () => {
    const links = new LinkedFiles([original], files, trees);
    writeFileSync(join(copy, 'a'), 'cccc');
    links.adopt(copy);
    expect(unwrap(digestTree(copy, files)).files).toEqual([{ path: 'a', digest: sha256('cccc'), size: 4 }]);
  });
});
