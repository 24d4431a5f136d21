import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { freshStores } from '../../../src/engine/cache/fresh-stores.ts';
import { findResult, keepResult } from '../../../src/engine/cache/results.ts';
import { type ActionStore, type ContentStore, whileLinking } from '../../../src/engine/cache/stores.ts';
import { TieredStore } from '../../../src/engine/cache/tiered-store.ts';
import { type Digest, sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { emptyMemory, MemoryStore } from '../../support/memory-store.ts';
import { unwrap } from '../../support/result.ts';
import { localStore, localStores, type MadeResult, makeResult } from '../../support/results.ts';

interface Both {
  readonly actions: ActionStore;
  readonly contents: ContentStore;
}

/** Opens a new view of the same content each time, like another run. */
type Open = () => Both;

const both = <Store extends ActionStore & ContentStore>(store: Store): Both => ({ actions: store, contents: store });
const unexpected = { onProblem: (problem: object) => expect.unreachable(JSON.stringify(problem)) };

/** All stores. Only stores that materialize content in place can be corrupted through the path. */
const STORES: readonly { name: string; corruptible: boolean; in: (directory: string) => Open }[] = [
  { name: 'local', corruptible: true, in: (directory) => () => both(localStore(directory, 'cache')) },
  {
    name: 'in-memory',
    corruptible: false,
    in: (directory) => {
      const memory = emptyMemory();
      return () => both(new MemoryStore(memory, directory));
    },
  },
  {
    name: 'tiered',
    corruptible: false,
    in: (directory) => {
      const remote = new MemoryStore(emptyMemory(), directory);
      return () => both(new TieredStore(localStore(directory, 'cache'), remote, unexpected));
    },
  },
  {
    name: 'fresh',
    corruptible: true,
    in: (directory) => () =>
      freshStores(localStores(directory, 'fresh'), both(localStore(directory, 'main')), new Set()),
  },
];

describe.each(STORES)('the $name store', ({ in: openIn, corruptible }) => {
  let directory: string;
  let open: Open;
  let stores: Both;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pipeline-stores-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    open = openIn(directory);
    stores = open();
  });

  const made = (text: string) => makeResult(directory, text);
  const keep = async ({ record, outputs }: MadeResult, into = stores) =>
    unwrap(await keepResult(into, record, outputs));
  const digestOf = ({ record }: MadeResult, output: string) => record.outputs[output]?.digest as Digest;
  const pathOf = async (result: MadeResult, output: string) =>
    (await stores.contents.materialize(digestOf(result, output))) ?? expect.unreachable();

  test('is empty at first', async () => {
    const { record } = made('a');
    expect(await stores.actions.lookUp(record.key)).toBeUndefined();
    expect(await findResult(stores, record.key)).toBeUndefined();
    expect(await stores.contents.has(sha256('a'))).toBe(false);
    expect(await stores.contents.materialize(sha256('a'))).toBeUndefined();
    expect(await stores.contents.list(sha256('a'))).toBeUndefined();
  });

  test('returns what was added, to this run and to others', async () => {
    const result = made('a');
    await keep(result);
    expect(await findResult(stores, result.record.key)).toEqual(result.record);
    expect(await findResult(open(), result.record.key)).toEqual(result.record);
  });

  test('returns a record without its content as a record, but not as a result', async () => {
    const { record } = made('a');
    unwrap(await stores.actions.commit(record));
    expect(await stores.actions.lookUp(record.key)).toEqual(record);
    expect(await findResult(stores, record.key)).toBeUndefined();
  });

  test('materializes complete, read-only content', async () => {
    const result = made('a');
    await keep(result);
    expect(readFileSync(await pathOf(result, 'table'), 'utf8')).toBe('a');
    const shards = await pathOf(result, 'shards');
    expect(readdirSync(shards).sort()).toEqual(['0.arrow', 'inner']);
    expect(readFileSync(join(shards, 'inner/1.arrow'), 'utf8')).toBe('aaaaa');
    expect(statSync(join(shards, '0.arrow')).mode & 0o222).toBe(0);
  });

  test('lists the files in content, with their digests', async () => {
    const result = made('a');
    await keep(result);
    const tree = await stores.contents.list(digestOf(result, 'shards'));
    expect(tree?.kind).toBe('directory');
    expect([...(tree?.files ?? [])]).toEqual([
      { path: '0.arrow', digest: sha256('aaa') },
      { path: 'inner/1.arrow', digest: sha256('aaaaa') },
    ]);
  });

  test('computes the same digest as every other store', async () => {
    const { table } = made('a').outputs;
    expect(unwrap(await stores.contents.digest(table?.path ?? '')).digest).toBe(table?.digest);
    expect(await stores.contents.digest(join(directory, 'none'))).toMatchObject({ ok: false });
  });

  test('accepts the same content twice', async () => {
    await keep(made('a'));
    const again = made('a');
    await keep(again);
    expect(await findResult(stores, again.record.key)).toEqual(again.record);
  });

  test.runIf(corruptible)(
    'does not read content again because of a hard link that is made with its knowledge',
    async () => {
      const result = made('a');
      const year2001 = 1_000_000_000;
      utimesSync(result.outputs.table.path, year2001, year2001);
      await keep(result);
      const path = await pathOf(result, 'table');
      whileLinking(stores.contents, path, () => {
        linkSync(path, join(directory, 'link'));
        // Other bytes, which only reading reveals.
        chmodSync(path, 0o644);
        writeFileSync(path, 'b');
        utimesSync(path, year2001, year2001);
      });
      expect(await stores.contents.has(digestOf(result, 'table'))).toBe(true);
    },
  );

  describe.runIf(corruptible)('with corrupted content', () => {
    test.each<[string, (path: string) => void]>([
      ['different', (path) => writeFileSync(path, 'b')],
      ['shorter', (path) => writeFileSync(path, '')],
      ['absent', (path) => rmSync(path)],
    ])('does not return a file that has become %s, and accepts it again', async (_what, corrupt) => {
      const result = made('a');
      await keep(result);
      const path = await pathOf(result, 'table');
      chmodSync(path, 0o644);
      corrupt(path);
      expect(await findResult(open(), result.record.key)).toBeUndefined();
      await keep(made('a'));
      expect(await findResult(open(), result.record.key)).toEqual(result.record);
    });

    test('does not return a directory with an extra file, and accepts it again', async () => {
      const result = made('a');
      await keep(result);
      writeFileSync(join(await pathOf(result, 'shards'), 'stray'), '');
      expect(await findResult(stores, result.record.key)).toBeUndefined();
      await keep(made('a'));
      expect(await findResult(stores, result.record.key)).toEqual(result.record);
    });
  });
});
