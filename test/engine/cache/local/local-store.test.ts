import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { LocalStore } from '../../../../src/engine/cache/local/local-store.ts';
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
