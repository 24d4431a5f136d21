import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ShardEntry, writeShardIndex } from '../../src/vision/data/shards/shard-index.ts';
import { createShardWriter } from '../../src/vision/data/shards/shard-writer.ts';
import { temporaryFolder } from './dataset.ts';

const IMAGES_PER_SHARD = 3;

/**
 * Writes a directory of shards with images `0.jpg`, `1.jpg`, … of 2 × 2 pixels, whose bytes all equal their number. Each
 * shard has three images in record batches of two.
 */
export async function shardsOf(count: number): Promise<string> {
  const directory = join(temporaryFolder(), 'shards');
  mkdirSync(directory);
  const shards: ShardEntry[] = [];
  for (let first = 0; first < count; first += IMAGES_PER_SHARD) {
    const name = `shard-${String(shards.length).padStart(5, '0')}.arrow`;
    const layout = { height: 2, width: 2, encoding: 'raw', batch: 2 } as const;
    const writer = await createShardWriter(join(directory, name), layout);
    for (let index = first; index < Math.min(count, first + IMAGES_PER_SHARD); index += 1)
      await writer.add({ ...sourceOf(index), data: new Uint8Array(12).fill(index) });
    shards.push(await writer.close());
  }
  await writeShardIndex(directory, {
    version: 3,
    fit: 'fill',
    interpolation: 'antialiased',
    height: 2,
    width: 2,
    encoding: 'raw',
    shards,
  });
  return directory;
}

/** Returns the columns other than the pixels of the image with this number. */
export function sourceOf(index: number) {
  return { file: `${index}.jpg`, sha256: '', original_width: 20, original_height: 30, dhash: '0'.repeat(64) };
}
