import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import {
  Binary,
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  Message,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Uint8,
  Utf8,
  util,
} from 'apache-arrow';
import type { ArrayBufferViewInput } from 'apache-arrow/util/buffer';
import { combineCrc32 } from './crc32.ts';

/** An Arrow IPC file that is being written. Each record batch is written to disk at once and not kept in memory. */
export interface ArrowFile {
  /**
   * Appends a record batch with one `Data` per field. Returns the offset of its body in the file, in bytes. Values with a
   * known checksum are not read again to compute the checksum of the file.
   */
  write(columns: readonly Data[], known?: Checksummed): Promise<number>;
  /** Writes the footer. Returns the length of the file in bytes and the CRC-32 of its content. */
  close(): Promise<{ readonly bytes: number; readonly crc32: number }>;
  /** Closes the file and leaves it incomplete. */
  abandon(): Promise<void>;
}

/** The values of a column, as they are written to the file, and their CRC-32. */
export interface Checksummed {
  readonly values: Uint8Array;
  readonly crc32: number;
}

/** Creates an Arrow IPC file that both file readers and stream readers can read. Throws the file system's error. */
export async function createArrowFile(path: string, schema: Schema): Promise<ArrowFile> {
  const handle = await open(path, 'w');
  const writer = new MessageWriter(schema);
  let bytes = 0;
  let checksum = 0;
  const flush = async (known?: Checksummed) => {
    for (const chunk of writer.takeChunks()) {
      await handle.writeFile(chunk);
      bytes += chunk.length;
      checksum =
        known !== undefined && isSameView(chunk, known.values)
          ? combineCrc32(checksum, known.crc32, chunk.length)
          : crc32(chunk, checksum);
    }
  };
  return {
    async write(columns, known) {
      // Every batch must have this schema object: at a batch with another one the writer silently ends the file.
      const rows = makeData({
        type: new Struct(schema.fields),
        length: columns[0]?.length ?? 0,
        nullCount: 0,
        children: [...columns],
      });
      writer.write(new RecordBatch(schema, rows));
      await flush(known);
      return writer.lastBody();
    },
    async close() {
      writer.close();
      await flush();
      await handle.close();
      return { bytes, crc32: checksum };
    },
    abandon: () => handle.close(),
  };
}

function isSameView(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}

/** Writes a table as an Arrow IPC file with one record batch. Columns cannot have nulls. Throws the file system's error. */
export async function writeArrowTable(
  path: string,
  columns: Readonly<Record<string, Data>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, false));
  const file = await createArrowFile(path, new Schema(fields, new Map(Object.entries(metadata))));
  await file.write(Object.values(columns));
  await file.close();
}

/** Returns a Utf8 column. */
export function textColumn(values: readonly string[]): Data<Utf8> {
  // The strings are written into one buffer, because apache-arrow's builder takes many times as long.
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + Buffer.byteLength(value);
  }
  const data = Buffer.alloc(valueOffsets.at(-1) ?? 0);
  for (const [row, value] of values.entries()) data.write(value, valueOffsets[row] ?? 0);
  return makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data });
}

/** Returns an Int32 column, a view of `data`. */
export function int32Column(data: Int32Array): Data<Int32> {
  return makeData({ type: new Int32(), data });
}

/** Returns a Uint8 column, a view of `data`. */
export function uint8Column(data: Uint8Array): Data<Uint8> {
  return makeData({ type: new Uint8(), data });
}

/** Returns a Float32 column, a view of `data`. */
export function float32Column(data: Float32Array): Data<Float32> {
  return makeData({ type: new Float32(), data });
}

/** Returns a Float64 column, a view of `data`. */
export function float64Column(data: Float64Array): Data<Float64> {
  return makeData({ type: new Float64(), data });
}

/** Returns a List column with rows of any length. */
export function float32ListColumn(rows: readonly Float32Array[]): Data<List<Float32>> {
  const valueOffsets = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + row.length;
  const data = new Float32Array(valueOffsets.at(-1) ?? 0);
  for (const [index, row] of rows.entries()) data.set(row, valueOffsets[index] ?? 0);
  const type = new List(new Field('item', new Float32(), false));
  const child = makeData({ type: new Float32(), data });
  return makeData({ type, length: rows.length, nullCount: 0, valueOffsets, child });
}

/**
 * Returns a Binary column of values of any length, and its concatenated values. `valuesStart` is the offset of the values
 * from the start of the column in a file, in bytes.
 */
export function binaryColumn(pieces: readonly Uint8Array[]): {
  readonly data: Data<Binary>;
  readonly values: Uint8Array;
  readonly valuesStart: number;
} {
  const valueOffsets = new Int32Array(pieces.length + 1);
  for (const [index, piece] of pieces.entries()) valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + piece.length;
  const values = Buffer.concat(pieces);
  const data = makeData({ type: new Binary(), nullCount: 0, valueOffsets, data: values });
  // Each buffer in a file is aligned to 8 bytes.
  return { data, values, valuesStart: Math.ceil(valueOffsets.byteLength / 8) * 8 };
}

/** Returns a FixedSizeList column with rows of `width` bytes, a view: `bytes` must not change before it is written. */
export function uint8ListColumn(bytes: Uint8Array, width: number): Data<FixedSizeList<Uint8>> {
  return makeData({
    type: new FixedSizeList(width, new Field('item', new Uint8(), true)),
    length: bytes.length / width,
    nullCount: 0,
    child: uint8Column(bytes),
  });
}

/** Returns a FixedSizeList column with rows of `width` numbers, a view. */
export function float32RowsColumn(values: Float32Array, width: number): Data<FixedSizeList<Float32>> {
  return makeData({
    type: new FixedSizeList(width, new Field('item', new Float32(), true)),
    length: values.length / width,
    nullCount: 0,
    child: float32Column(values),
  });
}

/** Collects the bytes of an Arrow IPC file until they are taken; the base class would queue them without limit. */
class MessageWriter extends RecordBatchFileWriter {
  #chunks: Uint8Array[] = [];

  constructor(schema: Schema) {
    super();
    this.reset(undefined, schema);
  }

  takeChunks(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  lastBody(): number {
    const block = this._recordBatchBlocks.at(-1);
    return block === undefined ? 0 : block.offset + block.metaDataLength;
  }

  // apache/arrow-js#51: without a schema message at the start no stream reader can read the file.
  protected override _writeSchema(schema: Schema): this {
    return super._writeSchema(schema)._writeMessage(Message.from(schema));
  }

  protected override _write(chunk: ArrayBufferViewInput): this {
    const bytes: Uint8Array = util.toUint8Array(chunk);
    this.#chunks.push(bytes);
    this._position += bytes.byteLength;
    return this;
  }
}
