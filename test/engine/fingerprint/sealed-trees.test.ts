import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
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

/** Seals the folder as a stage's output is sealed, and opens what was remembered as the next run does. */
function sealed(): SealedTrees {
  const trees = new SealedTrees(store());
  trees.seal(folder, unwrap(digestTree(folder, files())));
  trees.save();
  return new SealedTrees(store());
}

describe('a sealed tree', () => {
  test('is known without its files being read', () => {
    const trees = sealed();
    chmodSync(join(folder, 'a.txt'), 0o444);
    trees.seal(folder, unwrap(digestTree(folder, files())));
    expect(trees.check(folder)).toMatchObject({ ok: true, value: { kind: 'directory', bytes: 2 } });
  });

  test.each<[string, () => void]>([
    ['other content', () => writeFileSync(join(folder, 'inner/b.txt'), 'B')],
    ['other content of the same size, at the same time', () => rewriteAtTheSameTime(join(folder, 'a.txt'))],
    ['another name', () => renameSync(join(folder, 'a.txt'), join(folder, 'c.txt'))],
    ['another place', () => renameSync(join(folder, 'a.txt'), join(folder, 'inner/a.txt'))],
    ['one file more', () => writeFileSync(join(folder, 'c.txt'), '')],
    ['one file less', () => rmSync(join(folder, 'a.txt'))],
    ['an empty directory more', () => mkdirSync(join(folder, 'empty'))],
    ['another time', () => utimesSync(join(folder, 'a.txt'), 1, 1)],
    ['a link to nothing in it', () => symlinkSync('nowhere', join(folder, 'broken'))],
  ])('is looked into again with %s', (_what, edit) => {
    const trees = sealed();
    edit();
    expect(trees.check(folder).ok).toBe(false);
  });

  test('whose seal is broken has the digest that its content has', () => {
    const trees = sealed();
    writeFileSync(join(folder, 'a.txt'), 'other');
    expect(unwrap(trees.of(folder, files())).digest).toBe(unwrap(digestTree(folder, files())).digest);
  });

  test('is sealed for one filter at a time', () => {
    const trees = sealed();
    expect(trees.check(folder, { include: [], exclude: ['*.txt'] }).ok).toBe(false);
  });

  test('is forgotten without harm when the store is damaged', () => {
    sealed();
    writeFileSync(store(), 'sealed-trees-1 0000\n[["/x"');
    expect(new SealedTrees(store()).check(folder).ok).toBe(false);
  });

  test('is not sealed while one of its files is so young that it may change without its time telling', () => {
    const { ctimeNs } = statSync(join(folder, 'a.txt'), { bigint: true });
    let now = ctimeNs + 10_000_000n;
    const trees = new SealedTrees(store(), () => now);
    unwrap(trees.of(folder, files()));
    expect(trees.check(folder).ok).toBe(false);
    now += 10_000_000_000n;
    unwrap(trees.of(folder, files()));
    expect(trees.check(folder).ok).toBe(true);
  });

  test('ends although a link leads back up', () => {
    symlinkSync('..', join(folder, 'inner/up'));
    expect(sealed().check(folder).ok).toBe(true);
  });
});

function rewriteAtTheSameTime(file: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, 'z');
  utimesSync(file, atime, mtime);
}
