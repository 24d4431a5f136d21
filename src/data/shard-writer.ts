import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Field, FixedSizeList, Int32, Schema, Uint8, Utf8 } from 'apache-arrow';
import { type ArrowFile, createArrowFile, int32Column, textColumn, uint8ListColumn } from './arrow-file.ts';
import type { DecodedImage } from './decode.ts';
import type { ImageEntry, ShardEntry } from './shard-index.ts';

export interface ShardLayout {
  /** Pixels of each image. */
  readonly height: number;
  readonly width: number;
  readonly imagesPerShard: number;
  /** Images in a record batch. */
  readonly batch: number;
}

export interface ShardImage extends DecodedImage {
  /** Path of the source below the data set's root. */
  readonly file: string;
  /** SHA-256 of the source's bytes, in hex. */
  readonly digest: string;
}

/** Writes images into `shard-00000.arrow`, `shard-00001.arrow`, … holding no more than one record batch in memory. */
export interface ShardWriter {
  add(image: ShardImage): Promise<void>;
  /** Writes what is left. Gives what the index has to say about each shard. */
  close(): Promise<readonly ShardEntry[]>;
}

export async function createShardWriter(directory: string, layout: ShardLayout): Promise<ShardWriter> {
  const { height, width, imagesPerShard, batch } = layout;
  const imageBytes = height * width * 3;
  const schema = shardSchema(layout);
  const pixels = new Uint8Array(batch * imageBytes);
  const shards: ShardEntry[] = [];
  let waiting: Omit<ShardImage, 'pixels'>[] = [];
  let images: ImageEntry[] = [];
  let arrow: ArrowFile | undefined;
  await mkdir(directory, { recursive: true });

  const name = () => `shard-${String(shards.length).padStart(5, '0')}.arrow`;

  async function writeBatch(): Promise<void> {
    if (waiting.length === 0) return;
    arrow ??= await createArrowFile(path.join(directory, name()), schema);
    const body = await arrow.write([
      uint8ListColumn(pixels.subarray(0, waiting.length * imageBytes), imageBytes),
      textColumn(waiting.map(({ file }) => file)),
      textColumn(waiting.map(({ digest }) => digest)),
      int32Column(Int32Array.from(waiting, ({ originalWidth }) => originalWidth)),
      int32Column(Int32Array.from(waiting, ({ originalHeight }) => originalHeight)),
    ]);
    // The pixels are the first column and have no validity bitmap, so the body of the batch starts with them.
    const entries = waiting.map(({ file }, row) => ({
      file,
      offset: body + row * imageBytes,
      crc32: crc32(pixels.subarray(row * imageBytes, (row + 1) * imageBytes)),
    }));
    images.push(...entries);
    waiting = [];
  }

  async function finishShard(): Promise<void> {
    await writeBatch();
    if (arrow === undefined) return;
    shards.push({ file: name(), bytes: await arrow.close(), images });
    images = [];
    arrow = undefined;
  }

  return {
    async add({ pixels: decoded, ...rest }) {
      pixels.set(decoded, waiting.length * imageBytes);
      waiting.push(rest);
      if (images.length + waiting.length === imagesPerShard) await finishShard();
      else if (waiting.length === batch) await writeBatch();
    },
    async close() {
      await finishShard();
      return shards;
    },
  };
}

function shardSchema({ height, width }: ShardLayout): Schema {
  // The canonical extension: pyarrow reads the column as a tensor [height, width, 3] without a copy.
  const tensor = new Map([
    ['ARROW:extension:name', 'arrow.fixed_shape_tensor'],
    ['ARROW:extension:metadata', JSON.stringify({ shape: [height, width, 3] })],
  ]);
  const image = new FixedSizeList(height * width * 3, new Field('item', new Uint8(), true));
  return new Schema([
    new Field('image', image, false, tensor),
    new Field('file', new Utf8(), false),
    new Field('source_sha256', new Utf8(), false),
    new Field('original_width', new Int32(), false),
    new Field('original_height', new Int32(), false),
  ]);
}
