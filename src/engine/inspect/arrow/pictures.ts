import { DataType, type Field } from 'apache-arrow';
import { pictureFormat } from '../../../shared/media-type.ts';
import type { Picture, Pictures } from '../picture.ts';
import { partsOf } from './batch-layout.ts';
import { ColumnReader } from './columns.ts';
import { type ArrowFile, type Batch, openArrow } from './file.ts';
import { tensorShape } from './types.ts';

const ID_NAMES = ['id', 'sample', 'sample_id', 'key', 'file', 'filename', 'file_name', 'path', 'name'];

/** A batch, and the index of its first row among the rows of all files. */
interface Rows {
  readonly file: ArrowFile;
  readonly batch: Batch;
  readonly start: number;
}

/** Finds a column of images: raw pixels, or encoded images such as JPEG and PNG. */
export function picturesInArrow(paths: readonly string[]): Pictures | undefined {
  const files = paths.flatMap((path) => {
    const file = openArrow(path);
    return file.ok ? [file.value] : [];
  });
  const rows = rowsOf(files.filter((file) => imageColumn(file) !== undefined));
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  return {
    count: last.start + last.batch.header.length,
    at: (index) => {
      const of = rows.findLast(({ start }) => start <= index);
      if (of === undefined) throw new RangeError(`there is no row ${index}`);
      return pictureAt(of, index - of.start);
    },
  };
}

function rowsOf(files: readonly ArrowFile[]): Rows[] {
  const rows: Rows[] = [];
  let start = 0;
  for (const file of files) {
    for (const batch of file.batches) {
      // The pixels of one image cannot be located in a compressed buffer.
      if (batch.header.length === 0 || batch.header.compression !== null) continue;
      rows.push({ file, batch, start });
      start += batch.header.length;
    }
  }
  return rows;
}

function imageColumn(file: ArrowFile): number | undefined {
  const { fields } = file.schema;
  const tensor = fields.findIndex((field) => pixelsOf(field) !== undefined);
  if (tensor >= 0) return tensor;
  const [batch] = file.batches;
  if (batch === undefined || batch.header.compression !== null) return undefined;
  const encoded = fields.findIndex(
    ({ type }, column) =>
      (DataType.isBinary(type) || DataType.isLargeBinary(type)) &&
      pictureFormat(bytesAt({ file, batch, start: 0 }, column, 0)) !== undefined,
  );
  return encoded < 0 ? undefined : encoded;
}

function pictureAt(rows: Rows, row: number): Picture {
  const column = imageColumn(rows.file) ?? 0;
  const field = rows.file.schema.fields[column];
  const label = labelAt(rows, row);
  const raw = field && pixelsOf(field);
  if (raw === undefined) return { label, input: bytesAt(rows, column, row) };
  const { file, batch } = rows;
  const values = partsOf(batch.header, file.schema.fields)[column]?.regions.at(-1);
  const length = raw.width * raw.height * raw.channels;
  return { label, input: file.read(batch.body + (values?.offset ?? 0) + row * length, length), raw };
}

/** Returns the height, width and channels of an `arrow.fixed_shape_tensor` of bytes that can be an image. */
function pixelsOf(field: Field): Picture['raw'] | undefined {
  const [height = 0, width = 0, channels = 1, ...more] = tensorShape(field) ?? [];
  const { type } = field;
  if (!DataType.isFixedSizeList(type) || !DataType.isInt(type.valueType) || type.valueType.bitWidth !== 8)
    return undefined;
  if (height < 1 || width < 1 || more.length > 0 || height * width * channels !== type.listSize) return undefined;
  return channels === 1 || channels === 3 || channels === 4 ? { height, width, channels } : undefined;
}

/** Reads one value of a column of bytes or text by its offsets, without the others. */
function bytesAt({ file, batch }: Rows, column: number, row: number): Uint8Array {
  const type = file.schema.fields[column]?.type;
  const wide = DataType.isLargeBinary(type) || DataType.isLargeUtf8(type) ? 8 : 4;
  const [, offsets, values] = partsOf(batch.header, file.schema.fields)[column]?.regions ?? [];
  if (offsets === undefined || values === undefined) return new Uint8Array();
  const ends = Buffer.from(file.read(batch.body + offsets.offset + row * wide, 2 * wide));
  const [start = 0, end = 0] =
    wide === 8
      ? [Number(ends.readBigInt64LE(0)), Number(ends.readBigInt64LE(8))]
      : [ends.readInt32LE(0), ends.readInt32LE(4)];
  return file.read(batch.body + values.offset + start, Math.max(0, Math.min(end, values.length) - start));
}

/** Returns the label of a row: its id, file or name or, failing that, its first text. */
function labelAt(rows: Rows, row: number): string {
  const { fields } = rows.file.schema;
  const named = ID_NAMES.map((name) => fields.findIndex((field) => field.name.toLowerCase() === name));
  const column = named.find((index) => index >= 0) ?? fields.findIndex(({ type }) => isText(type));
  const type = fields[column]?.type;
  if (type === undefined) return '';
  if (isText(type)) return new TextDecoder().decode(bytesAt(rows, column, row));
  return String(new ColumnReader(rows.file).read(rows.batch, column).get(row) ?? '');
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type);
}
