import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { ActionRecord } from '../../../src/engine/cache/records.ts';
import { findResult } from '../../../src/engine/cache/results.ts';
import { TieredStore } from '../../../src/engine/cache/tiered-store.ts';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { emptyMemory, type Memory, MemoryStore } from '../../support/memory-store.ts';
import { unwrap } from '../../support/result.ts';
import { localStore, type MadeResult, makeResult } from '../../support/results.ts';

let directory: string;
let memory: Memory;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-thrifty-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  memory = emptyMemory();
});

/** A result in the remote store of a stage that took so long, and whose table is said to have so many bytes. */
async function shared(seconds: number, bytes: number): Promise<{ record: ActionRecord; table: Digest }> {
  const { record, outputs }: MadeResult = makeResult(directory, 'a');
  const remote = new MemoryStore(memory, directory);
  for (const { digest, path } of Object.values(outputs)) unwrap(await remote.upload(digest, path));
  const table = record.outputs['table'] ?? expect.unreachable();
  const changed = {
    ...record,
    outputs: { ...record.outputs, table: { ...table, bytes } },
    provenance: { ...record.provenance, seconds },
  };
  unwrap(await remote.commit(changed));
  return { record: changed, table: table.digest };
}

function tiered(thrifty: boolean, accepts?: (record: ActionRecord) => boolean): TieredStore {
  const onProblem = (problem: object) => expect.unreachable(JSON.stringify(problem));
  const remote = new MemoryStore(memory, directory);
  return new TieredStore(localStore(directory, 'here'), remote, { onProblem, thrifty, accepts });
}

const both = (store: TieredStore) => ({ actions: store, contents: store });

test('a result that is computed in less time than its download takes is not downloaded, and is then a cache miss', async () => {
  const { record, table } = await shared(2, 10e9);
  const store = tiered(true);
  expect(await findResult(both(store), record.key), 'nothing has to be downloaded for this').toEqual(record);
  expect(await store.materialize(table)).toBeUndefined();
  expect(await findResult(both(store), record.key)).toBeUndefined();
  expect(store.usage.notWorthIt).toBe(1);
});

test.each([
  ['a result that took an hour', true, 3600, 10e9],
  ['a small result', true, 0.1, 1000],
  ['whatever a command asks for that does not compute', false, 0, 10e9],
])('%s is downloaded', async (_what, thrifty, seconds, bytes) => {
  const { record, table } = await shared(seconds, bytes);
  const store = tiered(thrifty);
  await findResult(both(store), record.key);
  expect(await store.materialize(table)).toBeDefined();
});

test('a result that may not be used on this machine is a cache miss, and is counted', async () => {
  const { record } = await shared(1, 1);
  const store = tiered(true, ({ provenance }) => provenance.platform !== 'linux-x64');
  expect(await store.lookUp(record.key)).toBeUndefined();
  expect(store.usage.otherMachines).toBe(1);
});

test('a result that somebody else has uploaded is not uploaded again when this user adopts it', async () => {
  const { record } = await shared(1, 1);
  const store = tiered(true);
  const found = (await store.lookUp(record.key)) ?? expect.unreachable();
  memory.records.clear();
  unwrap(await store.commit({ ...found, vouchers: { user: 'mine' } }));
  await store.settle();
  expect(memory.records.size).toBe(0);
});
