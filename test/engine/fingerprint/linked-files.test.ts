import { linkSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { LinkedFiles } from '../../../src/engine/fingerprint/linked-files.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { Threads } from '../../../src/engine/fingerprint/threads.ts';
import { EVERYTHING } from '../../../src/engine/fingerprint/tree.ts';
import { Trees } from '../../../src/engine/fingerprint/trees.ts';
import { sealOf, walk } from '../../../src/engine/fingerprint/walk.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

let seals: SealedTrees;
let trees: Trees;
let original: string;
let copy: string;

beforeEach(async () => {
  const root = temporaryFolder();
  seals = new SealedTrees(join(root, 'trees'));
  trees = new Trees(seals, join(root, 'files'), new Threads(undefined));
  [original = '', copy = ''] = ['original', 'copy'].map((name) => join(root, name));
  mkdirSync(original);
  mkdirSync(copy);
  writeFileSync(join(original, 'a'), 'aaaa');
  unwrap(await trees.of(original, { immutable: true }));
});

/** Overwrites a file with other bytes of the same length and resets its times, so that only reading it reveals that. */
function changeUnseen(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, 'bbbb');
  utimesSync(path, atime, mtime);
}

const isSealed = () => seals.find(original)?.seal === sealOf(walk(original, 'followed', 0n, () => undefined));

async function filesOfCopy({ originals }: LinkedFiles) {
  return [...unwrap(await trees.list(copy, { originals, filter: EVERYTHING })).files];
}

describe('a hard link to a file with a known digest', () => {
  test('is digested without reading it', async () => {
    const past = new Date(1_000_000_000_000);
    utimesSync(join(original, 'a'), past, past);
    const links = await LinkedFiles.in([original], trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    changeUnseen(join(copy, 'a'));
    expect(await filesOfCopy(links)).toEqual([{ path: 'a', digest: sha256('aaaa') }]);
  });

  test('does not break the seal of the original', async () => {
    const links = await LinkedFiles.in([original], trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    expect(isSealed()).toBe(false);
    await links.settle();
    expect(isSealed()).toBe(true);
  });

  test('does not break the seal of the original when it is deleted', async () => {
    const links = await LinkedFiles.in([original], trees);
    linkSync(join(original, 'a'), join(copy, 'a'));
    rmSync(join(copy, 'a'));
    await links.settle();
    expect(isSealed()).toBe(true);
  });

  test('is read again if it was written to', async () => {
    const links = await LinkedFiles.in([original], trees);
    const before = seals.find(original)?.digest;
    linkSync(join(original, 'a'), join(copy, 'a'));
    writeFileSync(join(copy, 'a'), 'bbbb');
    expect(await filesOfCopy(links)).toEqual([{ path: 'a', digest: sha256('bbbb') }]);
    await links.settle();
    expect(seals.find(original)?.digest).not.toBe(before);
  });

  test('is read if it is in fact a copy', async () => {
    const links = await LinkedFiles.in([original], trees);
    writeFileSync(join(copy, 'a'), 'cccc');
    expect(await filesOfCopy(links)).toEqual([{ path: 'a', digest: sha256('cccc') }]);
  });
});
