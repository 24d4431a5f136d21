import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Binary, type Data, type DataType, Field, FixedSizeList, Int32, Schema, Uint8, Utf8 } from 'apache-arrow';
import { binaryColumn, createArrowFile, int32Column, textColumn, uint8ListColumn } from '../tables/arrow-file.ts';
import { combineCrc32 } from '../tables/crc32.ts';
import type { Encoding, ImageEntry, ShardEntry } from './shard-index.ts';

export interface ShardLayout {
  /** Size of each image, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly encoding: Encoding;
  /** The number of images in a record batch. */
  readonly batch: number;
}

/** An encoded image and its source. */
export interface ShardImage
  extends Pick<ImageEntry, 'file' | 'sha256' | 'original_width' | 'original_height' | 'dhash'> {
  /** uint8 RGB, `[height, width, 3]`, or a JPEG of it. Must not be modified afterwards. */
  readonly data: Uint8Array;
}

/** Writes the images of one shard with at most two record batches in memory: one is filled while the other is written. */
export interface ShardWriter {
  add(image: ShardImage): Promise<void>;
  /** Writes the last batch and the footer. Returns the shard's entry in the index. */
  close(): Promise<ShardEntry>;
  /** Closes the file and leaves it incomplete. */
  abandon(): Promise<void>;
}

/** Creates a shard at `file`. Throws the file system's error. */
export async function createShardWriter(file: string, layout: ShardLayout): Promise<ShardWriter> {
  const { batch } = layout;
  const column = columnOf(layout);
  const arrow = await createArrowFile(file, shardSchema(layout, column.type));
  const images: ImageEntry[] = [];
  let waiting: Omit<ShardImage, 'data'>[] = [];
  let writing = Promise.resolve();

  /** Starts to write the filled batch once the previous one is written; the next one is filled in the meantime. */
  async function startBatch(): Promise<void> {
    await writing;
    if (waiting.length === 0) return;
    writing = writeBatch(waiting, column.take());
    // The next batch or `close` awaits this promise and throws its error.
    writing.catch(() => undefined);
    waiting = [];
  }

  async function writeBatch(sources: readonly Omit<ShardImage, 'data'>[], taken: TakenImages): Promise<void> {
    const { data, values, start, pieces } = taken;
    const checksums = pieces.map((piece) => crc32(piece));
    const checksum = checksums.reduce((sum, next, row) => combineCrc32(sum, next, pieces[row]?.length ?? 0), 0);
    const body = await arrow.write(
      [
        data,
        textColumn(sources.map(({ file: source }) => source)),
        textColumn(sources.map(({ sha256 }) => sha256)),
        int32Column(Int32Array.from(sources, ({ original_width }) => original_width)),
        int32Column(Int32Array.from(sources, ({ original_height }) => original_height)),
      ],
      { values, crc32: checksum },
    );
    let offset = body + start;
    for (const [row, source] of sources.entries()) {
      const { length = 0 } = pieces[row] ?? {};
      images.push({ ...source, offset, bytes: length, crc32: checksums[row] ?? 0 });
      offset += length;
    }
  }

  return {
    async add({ data, ...source }) {
      column.put(data);
      waiting.push(source);
      if (waiting.length === batch) await startBatch();
    },
    async close() {
      await startBatch();
      await writing;
      return { file: path.basename(file), ...(await arrow.close()), images };
    },
    async abandon() {
      await writing.catch(() => undefined);
      await arrow.abandon();
    },
  };
}

/** The first column of the record batch that is being filled. It has no validity bitmap, so the body starts with it. */
interface ImageColumn {
  readonly type: DataType;
  put(image: Uint8Array): void;
  /** Returns all images since the last call. They are valid until the next call. */
  take(): TakenImages;
}

interface TakenImages {
  readonly data: Data;
  /** All images, concatenated. */
  readonly values: Uint8Array;
  /** Their offset in the body of the batch, in bytes. */
  readonly start: number;
  /** The images, one by one. */
  readonly pieces: readonly Uint8Array[];
}

function columnOf({ height, width, encoding, batch }: ShardLayout): ImageColumn {
  return encoding === 'raw' ? rawColumn(height * width * 3, batch) : jpegColumn();
}

function rawColumn(imageBytes: number, batch: number): ImageColumn {
  let pixels = new Uint8Array(batch * imageBytes);
  let other = new Uint8Array(batch * imageBytes);
  let count = 0;
  return {
    type: new FixedSizeList(imageBytes, new Field('item', new Uint8(), true)),
    put(image) {
      if (image.length !== imageBytes) throw new Error(`expected an image of ${imageBytes} bytes, got ${image.length}`);
      pixels.set(image, count * imageBytes);
      count += 1;
    },
    take() {
      const used = pixels.subarray(0, count * imageBytes);
      const pieces = Array.from({ length: count }, (_, row) => used.subarray(row * imageBytes, (row + 1) * imageBytes));
      count = 0;
      [pixels, other] = [other, pixels];
      return { data: uint8ListColumn(used, imageBytes), values: used, start: 0, pieces };
    },
  };
}

function jpegColumn(): ImageColumn {
  let pieces: Uint8Array[] = [];
  return {
    type: new Binary(),
    put: (image) => void pieces.push(image),
    take() {
      const taken = pieces;
      pieces = [];
      const { data, values, valuesStart } = binaryColumn(taken);
      return { data, values, start: valuesStart, pieces: taken };
    },
  };
}

function shardSchema({ height, width, encoding }: ShardLayout, type: DataType): Schema {
  // Arrow's canonical extension type: pyarrow reads the column as a tensor `[height, width, 3]` without a copy.
  const tensor = {
    'ARROW:extension:name': 'arrow.fixed_shape_tensor',
    'ARROW:extension:metadata': JSON.stringify({ shape: [height, width, 3] }),
  };
  const metadata = encoding === 'raw' ? tensor : { encoding: 'jpeg', shape: JSON.stringify([height, width, 3]) };
  return new Schema([
    new Field('image', type, false, new Map(Object.entries(metadata))),
    new Field('file', new Utf8(), false),
    new Field('source_sha256', new Utf8(), false),
    new Field('original_width', new Int32(), false),
    new Field('original_height', new Int32(), false),
  ]);
}
