import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ActionRecord, Cache, FinishedOutput } from '../../../src/engine/cache/records.ts';
import { FreshCache } from '../../../src/engine/cache/fresh-stores.ts';
import { LocalCache } from '../../../src/engine/cache/local/local-store.ts';
import { actionKey, keyDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { type Digest, sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { unwrap } from '../../support/result.ts';

const NEVER = new AbortController().signal;
const nobody = () => {
  throw new Error('nobody should hold the claim');
};

/** Every cache there is. Each opens a second view of the same content, as another run would. */
const caches: Readonly<Record<string, (directory: string) => Promise<Cache>>> = {
  local: async (directory) => local(directory, 'cache'),
  fresh: async (directory) => new FreshCache(local(directory, 'fresh'), local(directory, 'main'), new Set()),
};

function local(directory: string, name: string): LocalCache {
  return new LocalCache(
    join(directory, name),
    new FileDigests(join(directory, 'files')),
    new SealedTrees(join(directory, 'trees')),
  );
}

describe.each(Object.entries(caches))('the %s cache', (_name, open) => {
  let directory: string;
  let cache: Cache;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pipeline-cache-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    cache = await open(directory);
  });

  /** What a stage made: a file and a directory. */
  async function finished(text: string): Promise<{ record: ActionRecord; outputs: FinishedOutput[] }> {
    const made = mkdtempSync(join(directory, 'made-'));
    writeFileSync(join(made, 'table.csv'), text);
    mkdirSync(join(made, 'shards/inner'), { recursive: true });
    writeFileSync(join(made, 'shards/0.arrow'), text.repeat(3));
    writeFileSync(join(made, 'shards/inner/1.arrow'), text.repeat(5));
    const files = new FileDigests(join(made, 'none'));
    const output = (file: string): FinishedOutput => {
      const path = join(made, file);
      const { digest, kind, bytes, files: inside } = unwrap(digestTree(path, files));
      return { path, file, digest, kind, bytes, files: inside.length };
    };
    const outputs = [output('table.csv'), output('shards')];
    const document = keyDocument({
      code: sha256(text),
      packages: {},
      params: {},
      inputs: {},
      env: {},
      runtime: {},
    });
    const stored = outputs.map(({ path: _, ...rest }) => rest);
    const [table, shards] = stored as [(typeof stored)[0], (typeof stored)[0]];
    return {
      outputs,
      record: {
        key: actionKey(document),
        document,
        outputs: { table, shards },
        metrics: { rows: 3 },
        provenance: {
          stage: 's',
          module: 's.ts',
          run: 'r',
          finished: '2026-01-01T00:00:00Z',
          seconds: 1,
          modules: {},
          node: 'v20',
          platform: 'linux-x64',
        },
      },
    };
  }

  const pathOf = (digest: Digest | undefined) => cache.locate(digest as Digest) ?? '';

  test('knows nothing at first', async () => {
    const { record } = await finished('a');
    expect(cache.find(record.key)).toBeUndefined();
    expect(cache.locate(sha256('a'))).toBeUndefined();
    expect(cache.runs()).toEqual([]);
  });

  test('gives back what it was given, to this run and to others', async () => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    expect(cache.find(record.key)).toEqual(record);
    expect((await open(directory)).find(record.key)).toEqual(record);
  });

  test('finds content and actions by how they begin, and tells all records', async () => {
    const { record, outputs } = await finished('a');
    const other = await finished('b');
    for (const each of [{ record, outputs }, other]) unwrap(cache.keep(each.record, each.outputs));
    const digest = record.outputs['table']?.digest ?? ('' as Digest);
    expect(cache.beginningWith(digest.slice(0, 8))).toEqual({ contents: [digest], actions: [] });
    expect(cache.beginningWith(record.key.slice(0, 8))).toEqual({ contents: [], actions: [record.key] });
    expect(cache.beginningWith('0'.repeat(64))).toEqual({ contents: [], actions: [] });
    const keys = Array.from(cache.records(), ({ key }) => key);
    expect(keys.sort()).toEqual([record.key, other.record.key].sort());
  });

  test('keeps an artifact readable where it lies, and read-only', async () => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    const shards = pathOf(record.outputs['shards']?.digest);
    expect(readdirSync(shards).sort()).toEqual(['0.arrow', 'inner']);
    expect(statSync(join(shards, '0.arrow')).mode & 0o222).toBe(0);
  });

  test('takes the same content twice without a second copy', async () => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    const before = pathOf(record.outputs['shards']?.digest);
    unwrap(cache.keep(record, (await finished('a')).outputs));
    expect(pathOf(record.outputs['shards']?.digest)).toBe(before);
  });

  test.each<[string, (path: string) => void]>([
    ['other bytes', (path) => writeFileSync(path, 'b')],
    ['fewer bytes', (path) => writeFileSync(path, '')],
    ['nothing', (path) => rmSync(path)],
  ])('does not give out a file that has become %s, and takes it anew', async (_what, damage) => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    const path = pathOf(record.outputs['table']?.digest);
    chmodSync(path, 0o644);
    damage(path);
    expect((await open(directory)).find(record.key)).toBeUndefined();
    unwrap(cache.keep(record, (await finished('a')).outputs));
    expect((await open(directory)).find(record.key)).toEqual(record);
  });

  test('does not give out a directory with a file too many, and takes it anew', async () => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    writeFileSync(join(pathOf(record.outputs['shards']?.digest), 'stray'), '');
    expect(cache.find(record.key)).toBeUndefined();
    unwrap(cache.keep(record, (await finished('a')).outputs));
    expect(cache.find(record.key)).toEqual(record);
  });

  test('lets one run at a time compute an action, and tells the other who does', async () => {
    const { record } = await finished('a');
    const first = unwrap(await cache.claim(record.key, nobody, NEVER));
    let second: ReturnType<Cache['claim']> | undefined;
    const holder = await new Promise<string>((resolve) => {
      second = cache.claim(record.key, resolve, NEVER);
    });
    expect(holder).toContain(`process ${process.pid}`);
    first.release();
    unwrap((await second) ?? expect.unreachable()).release();
  });

  test('gives up waiting when the run is cancelled', async () => {
    const { record } = await finished('a');
    const first = unwrap(await cache.claim(record.key, nobody, NEVER));
    const cancel = new AbortController();
    const second = cache.claim(record.key, () => cancel.abort(), cancel.signal);
    expect(await second).toEqual({ ok: false, failure: 'cancelled' });
    first.release();
  });

  test('keeps the work of a killed run for the next, but not what was half-made', async () => {
    const { record } = await finished('a');
    const first = unwrap(await cache.claim(record.key, nobody, NEVER));
    writeFileSync(join(first.work, 'checkpoint'), '1');
    writeFileSync(join(first.scratch, 'half'), '1');
    first.release();
    const second = unwrap(await cache.claim(record.key, nobody, NEVER));
    expect(readdirSync(second.work)).toEqual(['checkpoint']);
    expect(readdirSync(second.scratch)).toEqual([]);
    second.release();
  });

  test('does without the work directory when the stage has removed it', async () => {
    const { record } = await finished('a');
    const claim = unwrap(await cache.claim(record.key, nobody, NEVER));
    rmSync(claim.work, { recursive: true });
    claim.release();
    unwrap(await cache.claim(record.key, nobody, NEVER)).release();
  });

  test('forgets the work once the action is finished', async () => {
    const { record, outputs } = await finished('a');
    const claim = unwrap(await cache.claim(record.key, nobody, NEVER));
    writeFileSync(join(claim.work, 'checkpoint'), '1');
    unwrap(cache.keep(record, outputs));
    claim.release();
    const again = unwrap(await cache.claim(record.key, nobody, NEVER));
    expect(readdirSync(again.work)).toEqual([]);
    again.release();
  });

  test('remembers the last record of a stage, and runs in order', async () => {
    const { record, outputs } = await finished('a');
    unwrap(cache.keep(record, outputs));
    cache.setLast('train', record.key);
    expect(cache.lastOf('train')).toEqual(record);
    expect(cache.lastOf('other')).toBeUndefined();
    const run = { pipeline: 'p', started: '', seconds: 1, ok: true, stages: [] };
    cache.keepRun({ ...run, run: '20260102' });
    cache.keepRun({ ...run, run: '20260101' });
    expect(cache.runs().map(({ run: id }) => id)).toEqual(['20260101', '20260102']);
  });
});
