import { join } from 'node:path';
import { writeShardIndex } from '../../src/data/shard-index.ts';
import { createShardWriter } from '../../src/data/shard-writer.ts';
import { temporaryFolder } from './dataset.ts';

/**
 * A directory of shards of 2 × 2 pixels with images `0.jpg`, `1.jpg`, … each of whose bytes is its number; three images
 * a shard in record batches of two.
 */
export async function shardsOf(count: number): Promise<string> {
  const directory = join(temporaryFolder(), 'shards');
  const writer = await createShardWriter(directory, { height: 2, width: 2, imagesPerShard: 3, batch: 2 });
  for (let index = 0; index < count; index += 1) {
    const pixels = new Uint8Array(12).fill(index);
    await writer.add({ pixels, file: `${index}.jpg`, digest: '', originalWidth: 20, originalHeight: 30 });
  }
  await writeShardIndex(directory, { version: 1, height: 2, width: 2, shards: await writer.close() });
  return directory;
}
