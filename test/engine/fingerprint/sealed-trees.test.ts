import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { digestTree, EVERYTHING } from '../../../src/engine/fingerprint/tree.ts';
import { sealOf, walk } from '../../../src/engine/fingerprint/walk.ts';
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
/** A digest that no content has: it shows whether a seal was believed. */
const SEALED = 'f'.repeat(64) as Digest;

/** Seals the folder like the output of a stage, and loads the seals like the next run. */
function sealed(): SealedTrees {
  const trees = new SealedTrees(store());
  const seal = sealOf(walk(folder, 'followed', 0n, () => undefined));
  trees.set(folder, EVERYTHING, { seal, digest: SEALED, kind: 'directory', bytes: 2, count: 2 });
  trees.save();
  return new SealedTrees(store());
}

describe('a sealed tree', () => {
  test('is recognised without reading its files', () => {
    expect(unwrap(sealed().of(folder)).digest).toBe(SEALED);
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
    ['other permissions', () => chmodSync(join(folder, 'a.txt'), 0o400)],
    ['a link instead of a file', () => replaceByLink(join(folder, 'a.txt'))],
  ])('has a broken seal after a change: %s', (_what, edit) => {
    const trees = sealed();
    edit();
    expect(unwrap(trees.of(folder)).digest).toBe(unwrap(digestTree(folder)).digest);
  });

  test('has a broken seal after a broken symbolic link was added', () => {
    const trees = sealed();
    symlinkSync('nowhere', join(folder, 'broken'));
    expect(trees.of(folder).ok).toBe(false);
  });

  test('has a seal of its own for each filter', () => {
    expect(sealed().find(folder, { include: [], exclude: ['*.txt'] })).toBeUndefined();
  });

  test('is digested again if the store of seals is corrupted', () => {
    sealed();
    writeFileSync(store(), 'sealed-trees-2 0000\n[["/x"');
    expect(unwrap(new SealedTrees(store()).of(folder)).digest).not.toBe(SEALED);
  });

  test('is not sealed while a file is so recent that it may change without a change of its times', () => {
    const { ctimeNs } = statSync(join(folder, 'a.txt'), { bigint: true });
    let now = ctimeNs + 10_000_000n;
    const trees = new SealedTrees(store(), () => now);
    unwrap(trees.of(folder));
    expect(trees.find(folder)).toBeUndefined();
    now += 10_000_000_000n;
    unwrap(trees.of(folder));
    expect(trees.find(folder)).toBeDefined();
  });

  test('may contain a symbolic link to an ancestor', () => {
    symlinkSync('..', join(folder, 'inner/up'));
    expect(unwrap(sealed().of(folder)).digest).toBe(SEALED);
  });
});

function rewriteAtTheSameTime(file: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, 'z');
  utimesSync(file, atime, mtime);
}

function replaceByLink(file: string): void {
  renameSync(file, join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), file);
}
