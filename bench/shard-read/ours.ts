import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../src/shared/problem.ts';
import { batches } from '../../src/vision/data/shards/batches.ts';
import { permutation } from '../../src/vision/data/shards/permutation.ts';
import { readShardIndex } from '../../src/vision/data/shards/shard-index.ts';
import { openShards } from '../../src/vision/data/shards/shards.ts';
import { loadTensorFlow } from '../../src/vision/tensorflow/load.ts';
import { BATCH, imageName, SIZE } from './images.ts';

/**
 * Reads shards in a separate process: `ours.js HOW SHARDS EPOCHS SAMPLES` reads the images of SAMPLES samples in each
 * epoch, shuffled, and prints the seconds of each epoch and the peak memory in megabytes as JSON. HOW is `reader`;
 * `stage`, with TensorFlow loaded, as in the stages that read shards; or `raw`, plain system calls for the same bytes
 * in the same order.
 */
const [how, directory = '', epochs = '', count = ''] = process.argv.slice(2);
const samples = Int32Array.from({ length: Number(count) }, (_, index) => index);
const IMAGE_BYTES = SIZE * SIZE * 3;

async function withReader(): Promise<(epoch: number) => Promise<number>> {
  const shards = unwrap(await openShards(directory));
  const targets = { file: (sample: number) => imageName(sample % shards.count) };
  return async (epoch) => {
    let bytes = 0;
    const order = { seed: 1, epoch };
    for await (const batch of batches({ shards, targets, samples, batchSize: BATCH, order }))
      bytes += unwrap(batch).images.length;
    return bytes;
  };
}

async function raw(): Promise<(epoch: number) => Promise<number>> {
  const { shards } = unwrap(await readShardIndex(directory));
  const opened = await Promise.all(shards.map(({ file }) => open(join(directory, file))));
  const places = shards.flatMap(({ images }, shard) =>
    images.map(({ offset }) => ({ descriptor: opened[shard]?.fd ?? -1, offset })),
  );
  const into = new Uint8Array(BATCH * IMAGE_BYTES);
  return async (epoch) => {
    let bytes = 0;
    for (const [index, row] of permutation(samples.length, 1, epoch).entries()) {
      const { descriptor, offset } = places[row] ?? { descriptor: -1, offset: 0 };
      bytes += readSync(descriptor, into, (index % BATCH) * IMAGE_BYTES, IMAGE_BYTES, offset);
    }
    return bytes;
  };
}

function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

if (how === 'stage') unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
const read = await (how === 'raw' ? raw() : withReader());
const seconds: number[] = [];
for (let epoch = 0; epoch < Number(epochs); epoch += 1) {
  const started = performance.now();
  const bytes = await read(epoch);
  seconds.push((performance.now() - started) / 1000);
  if (bytes !== samples.length * IMAGE_BYTES)
    throw new Error(`read ${bytes} bytes, expected ${samples.length * IMAGE_BYTES}`);
}
process.stdout.write(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
