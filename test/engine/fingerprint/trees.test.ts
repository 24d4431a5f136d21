import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { FileTable } from '../../../src/engine/fingerprint/file-table.ts';
import { idOf, SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { Threads } from '../../../src/engine/fingerprint/threads.ts';
import { digestTree, EVERYTHING } from '../../../src/engine/fingerprint/tree.ts';
import { Trees } from '../../../src/engine/fingerprint/trees.ts';
import type { ContentProgress } from '../../../src/engine/fingerprint/work.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

const WORKER = resolve(import.meta.dirname, '../../../dist/hash-worker.js');

let root: string;
let folder: string;

beforeEach(() => {
  root = temporaryFolder();
  folder = mkdtempSync(join(root, 'folder-'));
});

/** Creates more files than are hashed on one thread, some of them large and sparse. */
function makeManyFiles(): void {
  for (let index = 0; index < 600; index++) {
    const path = join(folder, `part-${index % 7}`, `${index}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `file ${index}`);
    if (index % 100 === 0) truncateSync(path, (8 << 20) + index);
  }
}

/** Opens the trees that an earlier run with the same index saw. */
function open(threads = new Threads(WORKER)): { readonly trees: Trees; readonly seals: SealedTrees } {
  const seals = new SealedTrees(join(root, 'seals'));
  return { seals, trees: new Trees(seals, join(root, 'tables'), threads) };
}

describe('the digests of many files', () => {
  test('are the same with threads as without', async () => {
    makeManyFiles();
    const tree = unwrap(await open().trees.list(folder));
    const alone = unwrap(digestTree(folder));
    expect({ ...tree, files: [...tree.files] }).toEqual({ ...alone, files: [...alone.files] });
    for (const { path, digest } of tree.files) expect(digest).toBe(hash('sha256', readFileSync(join(folder, path))));
  });

  test('are computed if no thread can be started', async () => {
    makeManyFiles();
    const tree = unwrap(await open(new Threads('/no/such/worker.js')).trees.of(folder));
    expect(tree.digest).toBe(unwrap(digestTree(folder)).digest);
  });

  test('are remembered, so that only a file that has changed is read again', async () => {
    makeManyFiles();
    const first = open();
    unwrap(await first.trees.of(folder, { immutable: true }));
    first.seals.save();
    // Nobody but a reader of this table believes that this is the digest of the first file.
    const name = hash('sha256', idOf(folder, EVERYTHING));
    const table = FileTable.read(join(root, 'tables', name));
    const remembered = 'f'.repeat(64) as Digest;
    table?.setDigest(0, remembered);
    table?.write(join(root, 'tables', name));
    writeFileSync(join(folder, 'part-6/6'), 'other');
    const files = [...unwrap(await open().trees.list(folder)).files];
    expect(files[0]?.digest).toBe(remembered);
    expect(files.find(({ path }) => path === 'part-6/6')?.digest).toBe(hash('sha256', 'other'));
  });

  test('are computed again if what is remembered of them is corrupted', async () => {
    makeManyFiles();
    const first = open();
    unwrap(await first.trees.of(folder, { immutable: true }));
    first.seals.save();
    const name = hash('sha256', idOf(folder, EVERYTHING));
    truncateSync(join(root, 'tables', name), 1000);
    utimesSync(join(folder, 'part-6/6'), 1, 1);
    expect(unwrap(await open().trees.of(folder)).digest).toBe(unwrap(digestTree(folder)).digest);
  });
});

describe('a file that takes for ever to hash', () => {
  test('shows its progress, and is given up when the run is interrupted', async () => {
    truncateSync(withFile('endless'), 2 ** 40);
    const controller = new AbortController();
    const seen: ContentProgress[] = [];
    const digested = open(new Threads(WORKER, controller.signal)).trees.of(folder, {
      watch: (progress) => {
        seen.push(progress);
        controller.abort();
      },
    });
    await expect(digested).rejects.toThrow('aborted');
    expect(seen).toMatchObject([{ activity: 'hashing', files: 0, totalFiles: 1, totalBytes: 2 ** 40 }]);
  });

  test('does not keep other files from being hashed', async () => {
    truncateSync(withFile('endless'), 2 ** 40);
    writeFileSync(join(root, 'other'), 'x'.repeat(20 << 20));
    const controller = new AbortController();
    const { trees } = open(new Threads(WORKER, controller.signal));
    const endless = trees.of(folder);
    expect(unwrap(await trees.of(join(root, 'other'))).bytes).toBe(20 << 20);
    controller.abort();
    await expect(endless).rejects.toThrow('aborted');
  });
});

function withFile(name: string): string {
  writeFileSync(join(folder, name), '');
  return join(folder, name);
}
