import { type CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import type { Place } from '../../../shared/problem.ts';
import type { Finding } from './findings.ts';
import { LINE_END, type TextFile } from './text-file.ts';

export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface Csv {
  readonly file: string;
  readonly rows: readonly CsvRow[];
  readonly findings: readonly Finding[];
  /** Where a row is, or the field of this number in it. */
  readonly place: (row: CsvRow, field?: number) => Place;
}

/**
 * The rows of a CSV file. A row may have any number of fields. What is in another encoding is left out: its file has
 * told of it.
 */
export function parseCsv({ path: file, text, findings: foreign }: TextFile): Csv {
  const rows: CsvRow[] = [];
  const findings: Finding[] = [];
  const foreignLines = new Set(foreign.map(({ at }) => at.line));
  let last = 0;
  const refuse = (message: string, line: number) => {
    const advice = 'Write a field in double quotes as "…", or without any.';
    findings.push({ kind: 'rows that are no CSV', message, at: { file, line }, advice });
  };
  // The parser counts a line end of two characters within quotes as two lines.
  const lined = text.replaceAll(LINE_END, '\n');
  parse(lined, {
    bom: true,
    ltrim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: '\n',
    skip_records_with_error: true,
    on_skip(error: CsvError | undefined) {
      // The parser names the line at which it gave up, often the file's last.
      const isOpen = error?.code === 'CSV_QUOTE_NOT_CLOSED';
      refuse(
        isOpen ? 'a quote is opened here or further down and never closed' : `cannot read the row: ${error?.message}`,
        last + 1,
      );
    },
    on_record(fields: string[], { lines: line }: InfoRecord) {
      const breaks = line - last > 1 ? fields.join('').split('\n').length - 1 : 0;
      last = line;
      if (breaks > 0) refuse('a quote is opened here and closed in another line', line - breaks);
      // Not left to the parser's «rtrim»: with it, a quote in the midst of a field ends the whole parse.
      else if (!foreignLines.has(line)) rows.push({ line, fields: fields.map((field) => field.trimEnd()) });
      return null;
    },
  });
  let lines: readonly string[] | undefined;
  const place = ({ line, fields }: CsvRow, field?: number) => {
    if (field === undefined) return { file, line };
    lines ??= lined.split('\n');
    return { file, line, ...columnOf(fields, field, lines[line - 1] ?? '') };
  };
  return { file, rows, findings: [...foreign, ...findings], place };
}

/** Where in its line a field stands; nothing if it is not there as it reads, as with quotes in quotes. */
function columnOf(fields: readonly string[], index: number, line: string): Pick<Place, 'column' | 'length'> {
  let start = 0;
  for (const [at, field] of fields.entries()) {
    const found = line.indexOf(field, start);
    if (found < 0) return {};
    if (at === index) return { column: found + 1, length: Math.max(1, field.length) };
    const comma = line.indexOf(',', found + field.length);
    start = comma < 0 ? line.length : comma + 1;
  }
  return {};
}
