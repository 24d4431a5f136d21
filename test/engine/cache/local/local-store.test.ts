import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LocalStore } from '../../../../src/engine/cache/local/local-store.ts';
import { isWorthFlushing } from '../../../../src/engine/cache/local/worth-flushing.ts';
import { keepResult } from '../../../../src/engine/cache/results.ts';
import type { Digest } from '../../../../src/engine/fingerprint/digest.ts';
import { unwrap } from '../../../support/result.ts';
import { localStore, makeResult } from '../../../support/results.ts';

let directory: string;
let store: LocalStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-local-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  store = localStore(directory, 'cache');
});

async function keep(text: string) {
  const { record, outputs } = makeResult(directory, text);
  unwrap(await keepResult({ actions: store, contents: store }, record, outputs));
  return record;
}

test('the local store finds contents and actions by prefix, and lists all records', async () => {
  const [record, other] = [await keep('a'), await keep('b')];
  const digest = record.outputs['table']?.digest as Digest;
  expect(store.beginningWith(digest.slice(0, 8))).toEqual({ contents: [digest], actions: [] });
  expect(store.beginningWith(record.key.slice(0, 8))).toEqual({ contents: [], actions: [record.key] });
  expect(store.beginningWith('0'.repeat(64))).toEqual({ contents: [], actions: [] });
  const keys = Array.from(store.records(), ({ key }) => key);
  expect(keys.sort()).toEqual([record.key, other.key].sort());
});

test('the local store copies a hard link to a file outside the cache, which stays writable', async () => {
  const mine = join(directory, 'mine.csv');
  writeFileSync(mine, 'a');
  const { outputs } = makeResult(directory, 'a');
  const { table } = outputs;
  if (table === undefined) expect.unreachable();
  rmSync(table.path);
  linkSync(mine, table.path);
  unwrap(await store.add(table));
  expect(statSync(mine).mode & 0o200).toBe(0o200);
  expect(statSync(mine).nlink).toBe(1);
  writeFileSync(mine, 'b');
  expect(readFileSync((await store.materialize(table.digest)) ?? '', 'utf8')).toBe('a');
});

test('the local store keeps one copy of content, however often it is added', async () => {
  const digest = (await keep('a')).outputs['shards']?.digest as Digest;
  const before = await store.materialize(digest);
  await keep('a');
  expect(await store.materialize(digest)).toBe(before);
});

describe('a result', () => {
  /** Returns how many files and directories are flushed to the disk while a result is added that took this long. */
  async function flushesOf(seconds: number): Promise<number> {
    const { record, outputs } = makeResult(directory, 'a');
    const handle = await open(directory);
    const flushed = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
    await handle.close();
    onTestFinished(() => void vi.restoreAllMocks());
    const kept = { ...record, provenance: { ...record.provenance, seconds } };
    unwrap(await keepResult({ actions: store, contents: store }, kept, outputs));
    return flushed.mock.calls.length;
  }

  test('that took long to compute is flushed to the disk before its record', async () => {
    // A file, and a directory with its files.
    expect(await flushesOf(60)).toBeGreaterThan(2);
  });

  test('that can soon be computed again is not flushed, since that would take as long', async () => {
    expect(await flushesOf(0.5)).toBe(0);
  });

  test.each([
    [0.9, 1, false],
    [1, 100, true],
    [1, 101, false],
    [100, 10_000, true],
    [3600, 1, true],
  ])('of %d s in %d files is worth flushing: %s', (seconds, files, expected) => {
    expect(isWorthFlushing(seconds, files)).toBe(expected);
  });
});
