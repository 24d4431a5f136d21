import { hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContentHasher } from '../../../src/engine/fingerprint/content-hasher.ts';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import type { FoundFile } from '../../../src/engine/fingerprint/file-facts.ts';
import { hashAll } from '../../../src/engine/fingerprint/parallel-hash.ts';
import { temporaryFolder } from '../../support/dataset.ts';

const WORKER = resolve(import.meta.dirname, '../../../dist/hash-worker.js');

/** Enough bytes to make threads worthwhile: large sparse files and small files. */
function manyFiles(): FoundFile[] {
  const folder = temporaryFolder();
  return Array.from({ length: 40 }, (_, index) => {
    const path = join(folder, `${index}`);
    if (index % 4 === 0) {
      const file = openSync(path, 'w');
      writeSync(file, `large ${index}`);
      ftruncateSync(file, (8 << 20) + index);
      closeSync(file);
    } else {
      writeFileSync(path, `small ${index}`);
    }
    return { path, stats: statSync(path, { bigint: true }) };
  });
}

describe('parallel hashing', () => {
  test('gives the same hashes as a single thread', async () => {
    const files = manyFiles();
    const hasher = new ContentHasher();
    await hasher.prepare();
    const alone = files.map(({ path, stats }) => hasher.hash(path, Number(stats.size)));
    expect(hashAll(files, hasher, WORKER)).toEqual(alone);
    expect(alone.map(({ digest }) => digest)).toEqual(files.map(({ path }) => hash('sha256', readFileSync(path))));
    expect(alone.map(({ quick }) => quick)).toEqual(files.map(({ path }) => hasher.quickHash(path)));
  });

  test('works if no thread can be started', async () => {
    const files = manyFiles();
    const digests = new FileDigests(join(temporaryFolder(), 'none'), '/no/such/worker.js');
    await digests.prepare();
    expect(digests.all(files)).toEqual(files.map(({ path }) => hash('sha256', readFileSync(path))));
  });

  test('throws the error of the file system if a file was deleted', async () => {
    const files = manyFiles();
    rmSync(files[39]?.path ?? '');
    const hasher = new ContentHasher();
    await hasher.prepare();
    expect(() => hashAll(files, hasher, WORKER)).toThrow('ENOENT');
  });
});
