import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { findResult, keepResult } from '../../../../src/engine/cache/results.ts';
import { digestOf, Machines } from '../../../support/remote/machines.ts';
import { unwrap } from '../../../support/result.ts';

let shared: Machines;

beforeEach(async () => {
  shared = await Machines.start();
});

describe('a remote cache', () => {
  test('gives a result with all its files to another machine', async () => {
    const { record } = await shared.uploaded();
    const here = shared.machine('here');
    expect(await findResult(here.both, record.key)).toEqual(record);
    const path = (await here.store.materialize(digestOf(record, 'shards'))) ?? expect.unreachable();
    expect(readFileSync(join(path, 'inner/1.arrow'), 'utf8')).toBe('aaaaa');
    expect(shared.trouble).toEqual([]);
  });

  test('gets small files of a folder together, and parts of large ones one by one', async () => {
    const made = join(shared.directory, 'made');
    mkdirSync(join(made, 'empty'), { recursive: true });
    for (let file = 0; file < 500; file++) writeFileSync(join(made, `${file}.txt`), `file ${file}`);
    writeFileSync(join(made, 'nothing'), '');
    writeFileSync(join(made, 'large.bin'), Buffer.alloc(70 * 1024 * 1024, 'large'));
    const there = shared.machine('there');
    const { digest } = unwrap(await there.local.digest(made));
    unwrap(await there.store.add({ digest, path: made }));
    await there.store.settle();
    const sizes = [...shared.server.blobs.values()].map(({ length }) => length).sort((a, b) => b - a);
    expect(sizes.slice(0, 2)).toEqual([64 * 1024 * 1024, 6 * 1024 * 1024]);
    expect(sizes.length).toBeLessThan(6);
  });

  test('is not asked to keep what it has', async () => {
    await shared.uploaded('a');
    const before = shared.server.requests.filter((request) => request.startsWith('PUT')).length;
    await shared.uploaded('a');
    expect(shared.server.requests.filter((request) => request.startsWith('PUT /cache/cas')).length).toBeLessThan(
      before,
    );
  });

  test('gets a result from two machines at the same time', async () => {
    const machines = [shared.machine('one'), shared.machine('two')];
    const results = machines.map(() => shared.make('a'));
    await Promise.all(
      machines.map(async ({ both, store }, index) => {
        const { record, outputs } = results[index] ?? expect.unreachable();
        unwrap(await keepResult(both, record, outputs));
        await store.settle();
      }),
    );
    expect(shared.trouble).toEqual([]);
    expect(await findResult(shared.machine('here').both, results[0]?.record.key ?? expect.unreachable())).toBeDefined();
  });

  test('gets the record after everything that it names', async () => {
    await shared.uploaded();
    expect(shared.server.requests.filter((request) => request.startsWith('PUT')).at(-1)).toMatch(/^PUT \/cache\/ac\//);
  });
});

describe('a result whose content is gone from the remote cache', () => {
  test('is a cache miss', async () => {
    const { record } = await shared.uploaded();
    shared.server.blobs.delete(digestOf(record, 'table'));
    expect(await findResult(shared.machine('here').both, record.key)).toBeUndefined();
    expect(shared.trouble).toEqual([]);
  });
});
