import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = temporaryFolder();
  folder = join(root, 'folder');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  writeFileSync(join(folder, 'a.txt'), 'a');
  writeFileSync(join(folder, 'inner/b.txt'), 'b');
});

const store = () => join(root, 'trees');
const files = () => new FileDigests(join(root, 'files'));

/** Seals the folder like the output of a stage, and loads the seals like the next run. */
function sealed(): SealedTrees {
  const trees = new SealedTrees(store());
  trees.seal(folder, unwrap(digestTree(folder, files())));
  trees.save();
  return new SealedTrees(store());
}

describe('a sealed tree', () => {
  test('is recognised without reading its files: it has the digest that it was sealed with, not that of its bytes', () => {
    const trees = new SealedTrees(store());
    const tree = unwrap(digestTree(folder, files()));
    writeFileSync(join(folder, 'a.txt'), 'other bytes than in the digest');
    trees.seal(folder, tree);
    trees.save();
    expect(unwrap(new SealedTrees(store()).of(folder, files())).digest).toBe(tree.digest);
  });

  test.each<[string, () => void]>([
    ['other content', () => writeFileSync(join(folder, 'inner/b.txt'), 'B')],
    ['other content of the same size, at the same time', () => rewriteAtTheSameTime(join(folder, 'a.txt'))],
    ['another name', () => renameSync(join(folder, 'a.txt'), join(folder, 'c.txt'))],
    ['another folder', () => renameSync(join(folder, 'a.txt'), join(folder, 'inner/a.txt'))],
    ['one more file', () => writeFileSync(join(folder, 'c.txt'), '')],
    ['one file removed', () => rmSync(join(folder, 'a.txt'))],
    ['an empty directory added', () => mkdirSync(join(folder, 'empty'))],
    ['another time', () => utimesSync(join(folder, 'a.txt'), 1, 1)],
    ['a broken symbolic link', () => symlinkSync('nowhere', join(folder, 'broken'))],
  ])('has a broken seal after a change: %s', (_what, edit) => {
    const trees = sealed();
    edit();
    expect(trees.check(folder).ok).toBe(false);
  });

  test('gets the digest of its content again once the seal is broken', () => {
    const trees = sealed();
    writeFileSync(join(folder, 'a.txt'), 'other');
    expect(unwrap(trees.of(folder, files())).digest).toBe(unwrap(digestTree(folder, files())).digest);
  });

  test('has a seal of its own for each filter', () => {
    const trees = sealed();
    expect(trees.check(folder, { include: [], exclude: ['*.txt'] }).ok).toBe(false);
  });

  test('is digested again if the store of seals is corrupted', () => {
    sealed();
    writeFileSync(store(), 'sealed-trees-1 0000\n[["/x"');
    expect(new SealedTrees(store()).check(folder).ok).toBe(false);
  });

  test('is not sealed while a file is so recent that it may change without a change of its times', () => {
    const { ctimeNs } = statSync(join(folder, 'a.txt'), { bigint: true });
    let now = ctimeNs + 10_000_000n;
    const trees = new SealedTrees(store(), () => now);
    unwrap(trees.of(folder, files()));
    expect(trees.check(folder).ok).toBe(false);
    now += 10_000_000_000n;
    unwrap(trees.of(folder, files()));
    expect(trees.check(folder).ok).toBe(true);
  });

  test('may contain a symbolic link to an ancestor', () => {
    symlinkSync('..', join(folder, 'inner/up'));
    expect(sealed().check(folder).ok).toBe(true);
  });
});

function rewriteAtTheSameTime(file: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, 'z');
  utimesSync(file, atime, mtime);
}
