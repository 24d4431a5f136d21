import { DataType, type Utf8, type Vector } from 'apache-arrow';
import { bytesOf, partsOf } from './batch-layout.ts';
import { ColumnReader } from './columns.ts';
import type { ArrowFile } from './file.ts';

/** The maximum size of a column that is read completely to compute statistics. */
const CHEAP_BYTES = 64_000_000;
/** A column with more distinct values is not treated as categorical. */
const MAX_VALUES = 16;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Counts the null values of each column, which the headers of the batches give. */
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

/** Returns the minimum and maximum of a numeric column; undefined if the column is too large to be read for this. */
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

/** Counts the occurrences of each value of a column with few distinct strings, most frequent first. */
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
        if (counts.size > MAX_VALUES) return undefined;
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
