import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { readFrom } from '../../shared/files.ts';
import { bytes, plural } from '../../shared/text/format.ts';
import { leftOut, oneLine, table } from '../../shared/text/table.ts';
import { decodeText, isTable } from './text.ts';

const HEAD_BYTES = 64_000;
const SHOWN_ROWS = 5;
const [QUOTE, LINE_FEED, CARRIAGE_RETURN] = [34, 10, 13];

export interface CsvContent {
  readonly kind: 'csv';
  readonly bytes: number;
  /** The number of rows, without the header. */
  readonly rows: number;
  /** The names of the columns; their numbers if there is no header. */
  readonly columns: readonly string[];
  readonly named: boolean;
  readonly first: readonly (readonly string[])[];
}

export const csvViewer: Viewer = {
  async inspect({ kind, path, name, bytes: size, head }) {
    if (kind !== 'file' || !isTable(name) || decodeText(head) === undefined) return undefined;
    const content = await inspectCsv(path, size);
    return { content, describe: (view) => describeCsv(content, view) };
  },
};

async function inspectCsv(path: string, size: number): Promise<CsvContent> {
  const head = decodeText(readFrom(path, 0, HEAD_BYTES)) ?? '';
  const [first = [], ...rest] = parseHead(head, size > HEAD_BYTES);
  const records = await countRecords(path);
  const named = isHeader(first, rest);
  return {
    kind: 'csv',
    bytes: size,
    rows: named ? records - 1 : records,
    columns: named ? first : first.map((_cell, index) => String(index + 1)),
    named,
    first: (named ? rest : [first, ...rest].filter((row) => row.length > 0)).slice(0, SHOWN_ROWS),
  };
}

function describeCsv({ bytes: size, rows, columns, named, first }: CsvContent, view: View): string[] {
  const head = `CSV, ${plural(rows, 'row')} of ${plural(columns.length, 'column')}, ${bytes(size)}`;
  const cells = [columns, ...first].map((row) => row.map(oneLine));
  const shown = table(cells, lineWidth(view));
  const { lines } = shown;
  const more = leftOut(columns, shown, lineWidth(view));
  const names = named ? [] : [view.paint('dim', '  (the first line is not a header)')];
  return [head, view.paint('dim', lines[0] ?? ''), ...lines.slice(1), ...more, ...names];
}

/** A table with a name for each column: its number if there is no header. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Parses a whole table. */
export function parseTable(text: string): Table {
  const records: string[][] = parse(text, { ...PARSING, delimiter: delimiterOf(text) });
  const [first = [], ...rest] = records;
  return isHeader(first, rest)
    ? { columns: first, rows: rest }
    : { columns: first.map((_cell, index) => String(index + 1)), rows: records };
}

const PARSING = {
  bom: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
} as const;

/** Parses the first records. The last record of a partial text may be truncated. */
function parseHead(head: string, isPart: boolean): string[][] {
  const records: string[][] = parse(head, { ...PARSING, to: SHOWN_ROWS + 2, delimiter: delimiterOf(head) });
  return isPart && records.length < SHOWN_ROWS + 2 ? records.slice(0, -1) : records;
}

function delimiterOf(head: string): string {
  const [line = ''] = head.split('\n', 1);
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.delimiter ?? ',';
}

/** A header has short, unique names that are neither numbers nor paths, and that do not occur in their column. */
function isHeader(first: readonly string[], rest: readonly (readonly string[])[]): boolean {
  return (
    first.length > 0 &&
    new Set(first).size === first.length &&
    first.every((cell, index) => /^[\p{L}_][^/\\?]{0,60}$/u.test(cell) && !rest.some((row) => row[index] === cell))
  );
}

/** Counts the records of a file of any size: its nonempty lines, where line breaks in quotes do not count. */
async function countRecords(path: string): Promise<number> {
  let records = 0;
  let quoted = false;
  let empty = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    // By index, because an iterator is several times slower.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) quoted = !quoted;
      if (byte === LINE_FEED && !quoted) {
        if (!empty) records += 1;
        empty = true;
      } else if (byte !== CARRIAGE_RETURN) empty = false;
    }
  }
  return empty ? records : records + 1;
}
