import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openShards, type ShardSet } from '../../../../src/vision/data/shards/shards.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';
import { shardsOf } from '../../../support/shards.ts';

async function open(directory: string): Promise<ShardSet> {
  const shards = unwrap(await openShards(directory));
  onTestFinished(() => shards.close());
  return shards;
}

describe('openShards', () => {
  test('returns the number and size of the images and the row of each file', async () => {
    const shards = await open(await shardsOf(8));
    expect(shards).toMatchObject({ count: 8, height: 2, width: 2 });
    expect(['0.jpg', '7.jpg', '8.jpg'].map((file) => shards.rowOf(file))).toEqual([0, 7, undefined]);
  });

  test('reads images in any order and repeatedly, from several shards together', async () => {
    const shards = await open(await shardsOf(8));
    const rows = [7, 0, 3, 3, 5];
    const into = new Uint8Array(5 * 12);
    expect(await shards.readRows(rows, into)).toEqual({ ok: true, value: undefined });
    expect(Array.from({ length: 5 }, (_, index) => [...new Set(into.subarray(index * 12, (index + 1) * 12))])).toEqual(
      rows.map((row) => [row]),
    );
  });

  test('does not change the buffer after the images', async () => {
    const shards = await open(await shardsOf(2));
    const into = new Uint8Array(20).fill(99);
    unwrap(await shards.readRows([1], into));
    expect([...into]).toEqual([...new Array(12).fill(1), ...new Array(8).fill(99)]);
  });

  test('throws for a row that does not exist and for a buffer that is too small', async () => {
    const shards = await open(await shardsOf(2));
    await expect(shards.readRows([2], new Uint8Array(12))).rejects.toThrow('there is no row 2 among 2 rows');
    await expect(shards.readRows([0, 1], new Uint8Array(23))).rejects.toThrow('2 images do not fit into the buffer');
  });
});

describe('openShards opens nothing outside the directory', () => {
  test.each(['../other.arrow', '/etc/passwd', 'a/b', '..', 'C:x', '', 'a\\b'])('of a shard named %j', async (file) => {
    const directory = await shardsOf(2);
    const path = join(directory, 'index.json');
    const index = JSON.parse(readFileSync(path, 'utf8'));
    index.shards[0].file = file;
    writeFileSync(path, JSON.stringify(index));
    expect(await openShards(directory)).toMatchObject({
      failure: [{ message: expect.stringContaining('the index of the shards is invalid: index/shards/0/file') }],
    });
  });

  test('of an image that the index places beyond the end of its shard', async () => {
    const directory = await shardsOf(2);
    const path = join(directory, 'index.json');
    const index = JSON.parse(readFileSync(path, 'utf8'));
    index.shards[0].images[0].bytes = 1e15;
    writeFileSync(path, JSON.stringify(index));
    expect(await openShards(directory)).toMatchObject({
      failure: [{ message: 'the index places the image "0.jpg" outside the shard' }],
    });
  });
});

describe('openShards reports corruption', () => {
  const advice =
    'The disk or a program has corrupted the shards: `pipeline cache verify` removes corrupted artifacts from the cache, ' +
    'and the next run recomputes them.';

  test('when an image with a flipped bit is read, and still reads the other images', async () => {
    const directory = await shardsOf(8);
    const file = join(directory, 'shard-00001.arrow');
    const bytes = readFileSync(file);
    const fives = bytes.indexOf(Buffer.alloc(12, 5));
    bytes.writeUInt8(bytes.readUInt8(fives + 3) ^ 1, fives + 3);
    writeFileSync(file, bytes);

    const shards = await open(directory);
    expect(await shards.readRows([3, 4, 6], new Uint8Array(36))).toMatchObject({ ok: true });
    for (const _ of ['the first time', 'and again']) {
      expect(await shards.readRows([4, 5], new Uint8Array(24))).toEqual({
        ok: false,
        failure: [{ message: 'the pixels of "5.jpg" are corrupted', at: { file }, advice }],
      });
    }
  });

  test('when shards are truncated or missing, all of them together on opening', async () => {
    const directory = await shardsOf(8);
    const cut = join(directory, 'shard-00001.arrow');
    const missing = join(directory, 'shard-00002.arrow');
    const { length } = readFileSync(cut);
    truncateSync(cut, 100);
    rmSync(missing);
    expect(await openShards(directory)).toEqual({
      ok: false,
      failure: [
        { message: `the shard has 100 bytes, expected ${length}`, at: { file: cut }, advice },
        { message: 'cannot open the shard: there is no such file or folder', at: { file: missing }, advice },
      ],
    });
  });

  test('when a shard is truncated after it was opened', async () => {
    const directory = await shardsOf(3);
    const shards = await open(directory);
    const file = join(directory, 'shard-00000.arrow');
    truncateSync(file, 100);
    expect(await shards.readRows([0], new Uint8Array(12))).toEqual({
      ok: false,
      failure: [{ message: 'the pixels of "0.jpg" are corrupted', at: { file }, advice }],
    });
  });

  test('when a directory has no index', async () => {
    const directory = temporaryFolder();
    expect(await openShards(directory)).toEqual({
      ok: false,
      failure: [
        {
          message: 'cannot read the index of the shards: there is no such file or folder',
          at: { file: join(directory, 'index.json') },
          advice: 'Rerun the stage that made the shards.',
        },
      ],
    });
  });

  test.each([
    ['{"version":', /^cannot read the index of the shards: /],
    ['{"version":3}', /^the index of the shards is invalid: index must have required property 'height'$/],
    [
      JSON.stringify({
        ...{ version: 3, height: 2, width: 2, fit: 'fill', interpolation: 'linear', encoding: 'raw' },
        shards: [{ file: 'a', bytes: 1, crc32: 1, images: [{}] }],
      }),
      /is invalid: index\/shards\/0\/images\/0 must have required property 'file'$/,
    ],
  ])('when the index is invalid: %s', async (text, message) => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'index.json'), text);
    const shards = await openShards(directory);
    expect(shards).toMatchObject({ ok: false, failure: [{ message: expect.stringMatching(message) }] });
  });
});
