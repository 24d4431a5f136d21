import zlib from 'node:zlib';
import type { AsyncBuffer } from 'hyparquet';
import {
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readBytes } from '../../../shared/read-file.ts';
import { listed, reasonOf } from '../../../shared/wording.ts';
import { type Field, type LabelTable, noRows } from './label-table.ts';

type Column = ReturnType<typeof parquetSchema>['children'][number];

/**
 * Reads a table from a Parquet file. Columns of bytes, such as images, and of nested values are left out.
 *
 * @param isNeeded whether the values of a column are read; those of others are empty.
 */
export async function readParquetTable(
  file: string,
  isNeeded: (column: string) => boolean,
): Promise<Result<LabelTable>> {
  const advice = 'Write it again with the compression Snappy, or as CSV. Zstandard needs Node 22.15.';
  const read = readBytes(file, 'labelFile', 'follow');
  if (!read.ok) return problem(`cannot read the label file: ${read.failure.reason}`, { at: { file } });
  const { buffer, byteOffset, byteLength } = read.value;
  const bytes: AsyncBuffer = {
    byteLength,
    slice: (start, end = byteLength) => new Uint8Array(buffer, byteOffset, byteLength).slice(start, end).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(bytes, { geoparquet: false });
    const all = parquetSchema(metadata).children.filter(isLabelColumn);
    const header = all.map(({ element }) => element.name);
    const known = header.filter(isNeeded);
    const names = known.length > 0 ? known : header;
    const missing = unknownCodecs(metadata, names);
    if (missing.length > 0)
      return problem(`the label file is compressed with ${listed(missing)}, which cannot be read here`, {
        at: { file },
        advice,
      });
    const values = new Map<string, readonly Field[]>();
    for (const name of names) values.set(name, await readColumn(bytes, metadata, name));
    const [first = [], ...others] = values.values();
    if (others.some(({ length }) => length !== first.length))
      return problem('cannot read this as a Parquet file: its columns have different numbers of rows', {
        at: { file },
        advice,
      });
    const rows = Array.from(first, (_, index) => ({
      line: index + 1,
      fields: header.map((name) => values.get(name)?.[index] ?? ''),
    }));
    return success({
      file,
      header,
      rows,
      findings: rows.length === 0 ? [noRows(file)] : [],
      place: ({ line }) => ({ file, line }),
      headerPlace: () => ({ file }),
    });
  } catch (error) {
    // What hyparquet's own checks find is in words; a damaged file also leads to errors of JavaScript.
    const isChecked = error instanceof Error && error.constructor === Error;
    const reason = isChecked ? reasonOf(error) : 'it is damaged, or none';
    return problem(`cannot read this as a Parquet file: ${reason}`, { at: { file }, advice: 'Write it again.' });
  }
}

/**
 * Returns the values of a column. One part of it is read after the other: of several that are corrupted, hyparquet would
 * reject all at once, and all but the first rejections would end the process.
 */
async function readColumn(file: AsyncBuffer, metadata: FileMetaData, name: string): Promise<readonly Field[]> {
  const fields: Field[] = [];
  for (const { num_rows: count } of metadata.row_groups) {
    const rowStart = fields.length;
    const rowEnd = rowStart + Number(count);
    const rows = await parquetReadObjects({ file, metadata, columns: [name], compressors, rowStart, rowEnd });
    for (const row of rows) fields.push(fieldOf(row[name]));
  }
  return fields;
}

/** Node has Zstandard since version 22.15. */
function hasZstandard(library: object): library is { zstdDecompressSync: (bytes: Uint8Array) => Buffer } {
  return 'zstdDecompressSync' in library;
}

const compressors: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(hasZstandard(zlib) && { ZSTD: zlib.zstdDecompressSync }),
};

function unknownCodecs({ row_groups: groups }: FileMetaData, names: readonly string[]): readonly string[] {
  const codecs = groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data: meta }) =>
      meta !== undefined && names.includes(meta.path_in_schema[0] ?? '') ? [meta.codec] : [],
    ),
  );
  const known = new Set<string>(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(compressors)]);
  return [...new Set(codecs)].filter((codec) => !known.has(codec));
}

/** Returns whether a column has texts, numbers or truth values, or lists of them. */
function isLabelColumn({ element, children }: Column): boolean {
  const [only] = children;
  if (children.length === 0)
    return element.type !== 'INT96' && (!element.type?.endsWith('BYTE_ARRAY') || isText(element));
  const isList = element.logical_type?.type === 'LIST' || element.converted_type === 'LIST';
  return (
    isList &&
    only?.children.length === 1 &&
    only.children.every((item) => item.children.length === 0 && isLabelColumn(item))
  );
}

function isText({ logical_type: logical, converted_type: converted }: Column['element']): boolean {
  return ['STRING', 'ENUM'].includes(logical?.type ?? '') || ['UTF8', 'ENUM'].includes(converted ?? '');
}

function fieldOf(value: unknown): Field {
  return Array.isArray(value) ? value.map(textIn).filter((text) => text !== '') : textIn(value);
}

function textIn(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : String(value).trim();
}
