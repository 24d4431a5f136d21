import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, columns, count, plural, truncate } from './format.ts';

const SHOWN_FILES = 20;
const SHOWN_ROWS = 5;
const SHOWN_TEXT = 2000;
const CELL = 40;

/** What lies at `path`, in a few lines: a directory's files, an Arrow file's schema and first rows, JSON, CSV or text. */
export async function describeContent(path: string, name: string): Promise<string> {
  const stats = statSync(path);
  if (stats.isDirectory()) return describeDirectory(path);
  const head = readHead(path, 8192);
  if (head.subarray(0, 6).toString('latin1') === 'ARROW1') return describeArrow(path, stats.size);
  if (head.includes(0)) return `binary, ${bytes(stats.size)}`;
  const size = bytes(stats.size);
  if (name.endsWith('.json')) return `JSON, ${size}\n${cut(pretty(readFileSync(path, 'utf8')))}`;
  const lines = head.toString('utf8').split('\n');
  return `${name.endsWith('.csv') ? 'CSV' : 'text'}, ${size}\n${lines
    .slice(0, SHOWN_ROWS)
    .map((line) => truncate(line, 160))
    .join('\n')}`;
}

function describeDirectory(path: string): string {
  const files = readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const sizes = files.map((file) => statSync(file).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = files
    .slice(0, SHOWN_FILES)
    .map((file, index) => [`  ${file.slice(path.length + 1)}`, bytes(sizes[index] ?? 0)]);
  const more = files.length > SHOWN_FILES ? [`  and ${count(files.length - SHOWN_FILES)} more`] : [];
  return [`directory, ${plural(files.length, 'file')}, ${bytes(total)}`, columns(rows), ...more].join('\n');
}

/** Reads the footer and the first batch only: shards are larger than memory. */
async function describeArrow(path: string, size: number): Promise<string> {
  const { RecordBatchReader } = await import('apache-arrow');
  const file = await open(path, 'r');
  try {
    const reader = await RecordBatchReader.from(file);
    await reader.open();
    if (!reader.isFile() || !reader.isAsync()) return `Arrow stream, ${bytes(size)}`;
    const { schema } = reader;
    const first = await reader.readRecordBatch(0);
    const fields = schema.fields.map((field) => [`  ${field.name}`, String(field.type), extension(field.metadata)]);
    const head = `Arrow file, ${plural(reader.numRecordBatches, 'record batch').replace('batchs', 'batches')}, ${bytes(size)}`;
    const rows = [...Array(Math.min(SHOWN_ROWS, first?.numRows ?? 0)).keys()].map((row) =>
      schema.fields.map((_field, index) => cell(first?.getChildAt(index)?.get(row))),
    );
    const table = columns(
      [schema.fields.map((field) => field.name), ...rows].map(([start = '', ...rest]) => [`  ${start}`, ...rest]),
    );
    return [head, columns(fields), table].join('\n');
  } finally {
    await file.close();
  }
}

function extension(metadata: ReadonlyMap<string, string>): string {
  const name = metadata.get('ARROW:extension:name');
  return name === undefined ? '' : `${name} ${metadata.get('ARROW:extension:metadata') ?? ''}`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' && 'toArray' in value && typeof value.toArray === 'function') {
    return truncate(`[${(value.toArray() as Uint8Array).subarray(0, 12).join(' ')}]`, CELL);
  }
  return truncate(String(value), CELL);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT)}…`;
}

function readHead(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
