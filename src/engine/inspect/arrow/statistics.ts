import { DataType, type Utf8, type Vector } from 'apache-arrow';
import { bytesOf, partsOf } from './batch-layout.ts';
import { ColumnReader } from './columns.ts';
import type { ArrowFile } from './file.ts';

/** To find the range of a column all of it has to be read. */
const CHEAP_BYTES = 64_000_000;
/** A column with more different values is no column of categories. */
const MOST_VALUES = 16;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How many values of each column are null: the headers of the batches say so. */
export function countNulls(files: readonly ArrowFile[]): number[] {
  const [first] = files;
  const counts = (first?.schema.fields ?? []).map(() => 0);
  for (const { schema, batches } of files) {
    for (const { header } of batches) {
      for (const [column, { nodes }] of partsOf(header, schema.fields).entries()) {
        counts[column] = (counts[column] ?? 0) + (nodes[0]?.nullCount ?? 0);
      }
    }
  }
  return counts;
}

/** The least and the greatest value of a column of numbers, unless it is too long to be read for that. */
export function rangeOf(files: readonly ArrowFile[], column: number): Range | undefined {
  const type = files[0]?.schema.fields[column]?.type;
  if (type === undefined || !(DataType.isInt(type) || DataType.isFloat(type))) return undefined;
  if (totalBytes(files, column) > CHEAP_BYTES) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const file of files) {
    const reader = new ColumnReader(file);
    for (const batch of file.batches) {
      for (const value of numbersOf(reader.read(batch, column))) {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return min > max ? undefined : { min, max };
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** How often each value of a column of a few texts occurs, the most frequent first. */
export function valuesOf(files: readonly ArrowFile[], column: number): readonly ValueCount[] | undefined {
  const type = files[0]?.schema.fields[column]?.type;
  const isText = DataType.isUtf8(type) || (DataType.isDictionary(type) && DataType.isUtf8(type.dictionary));
  if (!isText || totalBytes(files, column) > CHEAP_BYTES) return undefined;
  const counts = new Map<string, number>();
  for (const file of files) {
    const reader = new ColumnReader(file);
    for (const batch of file.batches) {
      for (const value of reader.read(batch, column) as Vector<Utf8>) {
        if (value === null) continue;
        counts.set(value, (counts.get(value) ?? 0) + 1);
        if (counts.size > MOST_VALUES) return undefined;
      }
    }
  }
  return Array.from(counts, ([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function totalBytes(files: readonly ArrowFile[], column: number): number {
  let bytes = 0;
  for (const { schema, batches } of files) {
    for (const { header } of batches) {
      const part = partsOf(header, schema.fields)[column];
      bytes += part === undefined ? 0 : bytesOf(part);
    }
  }
  return bytes;
}

function* numbersOf(vector: Vector): Generator<number> {
  for (const value of vector) if (value !== null) yield Number(value);
}
