import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { findResult, keepResult } from '../../../src/engine/cache/results.ts';
import type { RemoteStore } from '../../../src/engine/cache/stores.ts';
import { TieredStore } from '../../../src/engine/cache/tiered-store.ts';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import type { Problem } from '../../../src/shared/problem.ts';
import { emptyMemory, type Memory, MemoryStore } from '../../support/memory-store.ts';
import { unwrap } from '../../support/result.ts';
import { localStore, type MadeResult, makeResult } from '../../support/results.ts';

let directory: string;
let memory: Memory;
let trouble: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-tiered-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  memory = emptyMemory();
  trouble = [];
});

const onProblem = ({ message }: Problem) => trouble.push(message);
const memoryStore = () => new MemoryStore(memory, directory);

/** A machine with its own local store. `over` overrides methods of its remote store. */
function machine(name: string, over: Partial<RemoteStore> = {}): TieredStore {
  const remote = memoryStore();
  const bound: RemoteStore = {
    lookUp: (key) => remote.lookUp(key),
    commit: (record) => remote.commit(record),
    has: (digest) => remote.has(digest),
    download: (digest, target) => remote.download(digest, target),
    upload: (digest, path) => remote.upload(digest, path),
    ...over,
  };
  return new TieredStore(localStore(directory, name), bound, { onProblem, timeouts: { answer: 5, patience: 1000 } });
}

/** A result that the remote store has. */
async function shared(text = 'a'): Promise<MadeResult> {
  const result = makeResult(directory, text);
  const store = memoryStore();
  unwrap(await keepResult({ actions: store, contents: store }, result.record, result.outputs));
  return result;
}

const both = (store: TieredStore) => ({ actions: store, contents: store });
const tableOf = ({ record }: MadeResult) => record.outputs['table']?.digest as Digest;
const shardsOf = ({ record }: MadeResult) => record.outputs['shards']?.digest as Digest;

describe('a result in the remote store', () => {
  test('is found without downloading its content', async () => {
    const result = await shared();
    const here = machine('here', { download: () => expect.unreachable('nothing reads it') });
    expect(await findResult(both(here), result.record.key)).toEqual(result.record);
  });

  test('is downloaded output by output, when one is read', async () => {
    const result = await shared();
    const fetched: Digest[] = [];
    const here = machine('here', {
      download: (digest, target) => {
        fetched.push(digest);
        return memoryStore().download(digest, target);
      },
    });
    await findResult(both(here), result.record.key);
    const path = (await here.materialize(tableOf(result))) ?? expect.unreachable();
    expect(readFileSync(path, 'utf8')).toBe('a');
    expect(await here.materialize(tableOf(result))).toBe(path);
    expect(fetched).toEqual([tableOf(result)]);
  });

  test('is downloaded once, however many stages read it at the same time', async () => {
    const result = await shared();
    let downloads = 0;
    const here = machine('here', {
      download: (digest, target) => {
        downloads++;
        return memoryStore().download(digest, target);
      },
    });
    const paths = await Promise.all([1, 2, 3].map(() => here.materialize(tableOf(result))));
    expect(new Set(paths).size).toBe(1);
    expect(downloads).toBe(1);
  });

  test('is available without the remote store once it is downloaded completely', async () => {
    const result = await shared();
    const here = machine('here');
    await findResult(both(here), result.record.key);
    await here.materialize(tableOf(result));
    await here.materialize(shardsOf(result));
    memory.records.clear();
    memory.contents.clear();
    expect(await findResult(both(machine('here')), result.record.key)).toEqual(result.record);
  });

  test('is uploaded from this machine for others, content before its record', async () => {
    const order: string[] = [];
    const here = machine('here', {
      upload: (digest, path) => {
        order.push('content');
        return memoryStore().upload(digest, path);
      },
      commit: (record) => {
        order.push('record');
        return memoryStore().commit(record);
      },
    });
    const { record, outputs } = makeResult(directory, 'a');
    unwrap(await keepResult(both(here), record, outputs));
    await here.settle();
    expect(order).toEqual(['content', 'content', 'record']);
    expect(await findResult(both(machine('there')), record.key)).toEqual(record);
  });
});

describe('a slow remote store', () => {
  test('is waited for within its time limit', async () => {
    const result = await shared();
    const gate = withResolvers();
    const here = new TieredStore(
      localStore(directory, 'here'),
      Object.assign(Object.create(memoryStore()), {
        lookUp: async (key: never) => {
          await gate.promise;
          return memoryStore().lookUp(key);
        },
      }),
      { onProblem },
    );
    const found = here.lookUp(result.record.key);
    gate.resolve();
    expect(await found).toEqual(result.record);
  });

  test('is not used again after three time-outs', async () => {
    const result = await shared();
    let asked = 0;
    const here = machine('here', {
      lookUp: () => {
        asked++;
        return new Promise(() => undefined);
      },
    });
    for (let count = 0; count < 5; count++) expect(await here.lookUp(result.record.key)).toBeUndefined();
    expect(asked).toBe(3);
    expect(trouble[0]).toBe('the remote cache could not look up a result: no response within 0.005 s');
    expect(trouble[2]).toContain('it is not used again in this run');
    expect(trouble).toHaveLength(3);
  });
});

describe('a remote store that fails', () => {
  const fail = () => Promise.reject(new Error('503 Service Unavailable'));

  test('never fails a run, and costs only the time that it would have saved', async () => {
    const here = machine('here', { lookUp: fail, has: fail, download: fail, commit: fail, upload: fail });
    const { record, outputs } = makeResult(directory, 'a');
    expect(await findResult(both(here), record.key)).toBeUndefined();
    unwrap(await keepResult(both(here), record, outputs));
    await here.settle();
    expect(await findResult(both(here), record.key)).toEqual(record);
    expect(trouble[0]).toBe('the remote cache could not look up a result: 503 Service Unavailable');
  });

  test('leaves nothing incomplete if it fails in the middle of a transfer', async () => {
    const result = await shared();
    const here = machine('here', {
      download: async (digest, target) => {
        await memoryStore().download(digest, target);
        throw new Error('connection reset');
      },
    });
    expect(await here.materialize(shardsOf(result))).toBeUndefined();
    expect(await machine('here').materialize(shardsOf(result))).toBeDefined();
  });
});

describe('a remote store that returns invalid data', () => {
  test('is detected by the digest of content, which is not requested from it again', async () => {
    const [result, other] = [await shared('a'), await shared('b')];
    const here = machine('here', { download: (_digest, target) => memoryStore().download(tableOf(other), target) });
    expect(await findResult(both(here), result.record.key)).toEqual(result.record);
    expect(await here.materialize(tableOf(result))).toBeUndefined();
    expect(trouble).toEqual([`the remote cache returned content that does not match the digest ${tableOf(result)}`]);
    expect(await findResult(both(here), result.record.key)).toBeUndefined();
    expect(existsSync(join(directory, 'here/objects', tableOf(result).slice(0, 2), tableOf(result).slice(2)))).toBe(
      false,
    );
  });

  test('makes a result a cache miss if it claims to have content that it lacks', async () => {
    const result = await shared();
    memory.contents.clear();
    const here = machine('here', { has: async () => true });
    expect(await findResult(both(here), result.record.key)).toEqual(result.record);
    expect(await here.materialize(tableOf(result))).toBeUndefined();
    expect(await findResult(both(here), result.record.key)).toBeUndefined();
  });

  test('is detected if it delivers a symbolic link to a file on this machine', async () => {
    const result = await shared();
    const here = machine('here', {
      download: async (_digest, target) => {
        symlinkSync('/etc/hostname', target);
        return true;
      },
    });
    expect(await here.materialize(tableOf(result))).toBeUndefined();
    expect(trouble).toHaveLength(1);
  });

  test.each<[string, (result: MadeResult, other: MadeResult) => object]>([
    ['the record of another action', (_result, other) => other.record],
    ['the record of another action under this key', ({ record }, other) => ({ ...other.record, key: record.key })],
    ['a record without outputs', ({ record }) => ({ key: record.key, document: record.document })],
    [
      'a record with an invalid output digest',
      ({ record }) => ({ ...record, outputs: { table: { digest: '../../x' } } }),
    ],
  ])('is detected if it answers with %s', async (_what, answer) => {
    const [result, other] = [await shared('a'), await shared('b')];
    const here = machine('here', { lookUp: async () => answer(result, other) as never });
    expect(await here.lookUp(result.record.key)).toBeUndefined();
    expect(trouble).toEqual([
      `the remote cache returned a record that does not match the action key ${result.record.key}`,
    ]);
  });
});

/** Node 20 has no Promise.withResolvers. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
