import { describe, expect, onTestFinished, test } from 'vitest';
import { type Batch, batches } from '../../../../src/vision/data/shards/batches.ts';
import { openShards, type ShardSet } from '../../../../src/vision/data/shards/shards.ts';
import type { Targets } from '../../../../src/vision/data/tables/targets.ts';
import { unwrap } from '../../../support/result.ts';
import { shardsOf } from '../../../support/shards.ts';

/** Returns targets in which sample `n` has image `n % images`. */
const targetsOf = (count: number, images: number): Targets => ({
  tasks: [{ name: 'coat_length', classes: 2, samples: count }],
  count,
  file: (sample) => `${sample % images}.jpg`,
  labels: () => [{ task: 0, text: 'yn', classIndex: 0 }],
  samplesIn: () => Int32Array.from({ length: count }, (_, sample) => sample),
});

async function openShardsOf(count: number): Promise<ShardSet> {
  const shards = unwrap(await openShards(await shardsOf(count)));
  onTestFinished(() => shards.close());
  return shards;
}

/** Wraps `shards` so that each read waits until the test releases it. */
function held(shards: ShardSet) {
  const waiting: (() => void)[] = [];
  const started: number[][] = [];
  const gated: ShardSet = {
    ...shards,
    async readRows(rows, into) {
      started.push(Array.from(rows));
      await new Promise<void>((resolve) => waiting.push(resolve));
      return shards.readRows(rows, into);
    },
  };
  return { shards: gated, started, release: () => waiting.shift()?.() };
}

const imageNumbers = ({ images, count }: Batch) => Array.from({ length: count }, (_, index) => images[index * 12]);

describe('batches', () => {
  test('yields the samples in the given order in batches of one size, the last one smaller', async () => {
    const seen: unknown[] = [];
    const shards = await openShardsOf(8);
    const samples = Int32Array.of(9, 4, 4, 0, 7);
    for await (const batch of batches({ shards, targets: targetsOf(10, 8), samples, batchSize: 2 })) {
      const { images, count, index, samples: rows } = unwrap(batch);
      seen.push({ index, count, rows: [...rows], images: imageNumbers(unwrap(batch)), bytes: images.length });
    }
    expect(seen).toEqual([
      { index: 0, count: 2, rows: [9, 4], images: [1, 4], bytes: 24 },
      { index: 1, count: 2, rows: [4, 0], images: [4, 0], bytes: 24 },
      { index: 2, count: 1, rows: [7], images: [7], bytes: 12 },
    ]);
  });

  test('shuffles the samples in another order for each epoch and seed, deterministically', async () => {
    const shards = await openShardsOf(8);
    const epochOf = async (seed: number, epoch: number) => {
      const rows: number[] = [];
      const samples = Int32Array.from({ length: 40 }, (_, index) => index);
      for await (const batch of batches({
        shards,
        targets: targetsOf(40, 8),
        samples,
        batchSize: 16,
        order: { seed, epoch },
      })) {
        rows.push(...unwrap(batch).samples);
        expect(imageNumbers(unwrap(batch))).toEqual([...unwrap(batch).samples].map((sample) => sample % 8));
      }
      return rows;
    };
    const first = await epochOf(1, 0);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(await epochOf(1, 0)).toEqual(first);
    expect(await epochOf(1, 1)).not.toEqual(first);
    expect(await epochOf(2, 0)).not.toEqual(first);
  });

  test('resumes an epoch at any batch without reading the batches before it', async () => {
    const { shards, started, release } = held(await openShardsOf(8));
    const options = {
      targets: targetsOf(8, 8),
      samples: Int32Array.from({ length: 8 }, (_, row) => row),
      batchSize: 3,
    };
    const order = { seed: 1, epoch: 5 };
    const epoch: Batch[] = [];
    for await (const batch of batches({ ...options, shards: await openShardsOf(8), order }))
      epoch.push({ ...unwrap(batch), images: unwrap(batch).images.slice() });
    const rest = batches({ ...options, shards, order, from: 2 });
    const last = rest.next();
    release();
    expect(await last).toEqual({ done: false, value: { ok: true, value: epoch[2] } });
    expect(await rest.next()).toEqual({ done: true, value: undefined });
    expect(started).toEqual([[...(epoch[2]?.samples ?? [])]]);
    expect(await batches({ ...options, shards, order, from: 3 }).next()).toEqual({ done: true, value: undefined });
  });

  test('yields nothing for no samples', async () => {
    const all = batches({
      shards: await openShardsOf(1),
      targets: targetsOf(1, 1),
      samples: new Int32Array(),
      batchSize: 4,
    });
    expect(await all.next()).toEqual({ done: true, value: undefined });
  });
});

describe('batches, while the caller computes,', () => {
  const samples = Int32Array.of(0, 1, 2, 3, 4, 5);

  test('prefetches one batch', async () => {
    const { shards, started, release } = held(await openShardsOf(8));
    const all = batches({ shards, targets: targetsOf(8, 8), samples, batchSize: 2 });
    const first = all.next();
    release();
    const batch = unwrap((await first).value ?? { ok: false, failure: 'no batch' });
    expect(started).toEqual([
      [0, 1],
      [2, 3],
    ]);
    release();
    expect(imageNumbers(batch), 'a batch is valid until the next one is requested').toEqual([0, 1]);
    const second = await all.next();
    expect(started).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(imageNumbers(unwrap(second.value ?? { ok: false, failure: 'no batch' }))).toEqual([2, 3]);
    release();
    await all.return();
  });

  test('reads into two buffers in turn', async () => {
    const buffers = new Set<ArrayBufferLike>();
    const numbers: unknown[] = [];
    const shards = await openShardsOf(8);
    for await (const batch of batches({ shards, targets: targetsOf(8, 8), samples, batchSize: 1 })) {
      buffers.add(unwrap(batch).images.buffer);
      numbers.push(...imageNumbers(unwrap(batch)));
    }
    expect({ buffers: buffers.size, numbers }).toEqual({ buffers: 2, numbers: [...samples] });
  });

  test('waits for pending reads when the caller stops early, so that it can close the shards', async () => {
    const { shards, started, release } = held(await openShardsOf(8));
    const all = batches({ shards, targets: targetsOf(8, 8), samples, batchSize: 2 });
    const first = all.next();
    release();
    await first;
    let stopped = false;
    const stop = all.return().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    expect({ stopped, reads: started.length }).toEqual({ stopped: false, reads: 2 });
    release();
    await stop;
    expect(stopped).toBe(true);
  });
});

describe('batches yields a failure as its last item', () => {
  test('when an image cannot be read', async () => {
    const shards = await openShardsOf(8);
    const broken: ShardSet = {
      ...shards,
      readRows: async (rows, into) =>
        Array.from(rows).includes(2)
          ? { ok: false, failure: [{ message: 'the pixels of "2.jpg" are corrupted' }] }
          : shards.readRows(rows, into),
    };
    const seen: unknown[] = [];
    const samples = Int32Array.of(0, 1, 2, 3, 4, 5);
    for await (const batch of batches({ shards: broken, targets: targetsOf(8, 8), samples, batchSize: 2 })) {
      seen.push(batch.ok ? [...batch.value.samples] : batch.failure);
    }
    expect(seen).toEqual([[0, 1], [{ message: 'the pixels of "2.jpg" are corrupted' }]]);
  });

  test('when the image of a sample is in none of the shards', async () => {
    const shards = await openShardsOf(3);
    const seen: unknown[] = [];
    for await (const batch of batches({
      shards,
      targets: targetsOf(8, 8),
      samples: Int32Array.of(0, 5, 6),
      batchSize: 2,
    })) {
      seen.push(batch);
    }
    expect(seen).toEqual([
      {
        ok: false,
        failure: [
          { message: 'sample 5 needs the image "5.jpg", which is in none of the shards' },
          { message: 'sample 6 needs the image "6.jpg", which is in none of the shards' },
          {
            message: 'the shards and the targets do not match',
            advice: 'Make both from the same samples: run the pipeline from its first stage.',
          },
        ],
      },
    ]);
  });
});
