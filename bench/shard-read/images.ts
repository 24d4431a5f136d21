import { randomFillSync } from 'node:crypto';
import { linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ShardEntry, writeShardIndex } from '../../src/vision/data/shards/shard-index.ts';
import { createShardWriter } from '../../src/vision/data/shards/shard-writer.ts';

/** Height and width of the images in pixels, as used for FashionAI. */
export const SIZE = 331;
export const BATCH = 32;

const IMAGES_PER_SHARD = 1024;
/** The number of distinct shards (673 MB, which stay in the page cache); the others are hard links to them. */
const DIFFERENT = 2;

/** Returns the file name of the image in a row. */
export const imageName = (row: number): string => `Images/coat_length_labels/${row.toString(16).padStart(32, '0')}.jpg`;

/** Creates a directory of shards of noise; the content of the images does not affect reading. */
export async function makeShards(directory: string, count: number): Promise<void> {
  mkdirSync(directory);
  const shards: ShardEntry[] = [];
  for (let first = 0; first < count; first += IMAGES_PER_SHARD) {
    const rows = Math.min(IMAGES_PER_SHARD, count - first);
    const same = rows === IMAGES_PER_SHARD ? shards[shards.length % DIFFERENT] : undefined;
    const file = `shard-${shards.length}.arrow`;
    shards.push(same ? linkOf(same, directory, file, first) : await makeShard(join(directory, file), first, rows));
  }
  await writeShardIndex(directory, {
    version: 3,
    fit: 'fill',
    interpolation: 'antialiased',
    height: SIZE,
    width: SIZE,
    encoding: 'raw',
    shards,
  });
}

async function makeShard(path: string, first: number, rows: number): Promise<ShardEntry> {
  const writer = await createShardWriter(path, { height: SIZE, width: SIZE, encoding: 'raw', batch: BATCH });
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let row = first; row < first + rows; row += 1) {
    const source = { file: imageName(row), sha256: '0'.repeat(64), dhash: '0'.repeat(64) };
    await writer.add({ ...source, original_width: 512, original_height: 512, data: randomFillSync(data) });
  }
  return writer.close();
}

function linkOf(shard: ShardEntry, directory: string, file: string, first: number): ShardEntry {
  linkSync(join(directory, shard.file), join(directory, file));
  return { ...shard, file, images: shard.images.map((image, row) => ({ ...image, file: imageName(first + row) })) };
}
