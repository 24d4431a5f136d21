import { type CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import type { Problem } from '../problem.ts';

export interface CsvRow {
  /** On which line the row ends, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** The rows of a CSV file without a header; `file` is for the problems. A row may have any number of fields. */
export function parseCsv(text: string, file: string): { rows: readonly CsvRow[]; problems: readonly Problem[] } {
  const rows: CsvRow[] = [];
  const problems: Problem[] = [];
  parse(text, {
    bom: true,
    ltrim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    // Found by itself from the first line, it would be wrong where line ends are mixed.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_records_with_error: true,
    on_skip(error: CsvError | undefined) {
      // The parser names the line at which it gave up, often the file's last.
      const line = (rows.at(-1)?.line ?? 0) + 1;
      const message =
        error?.code === 'CSV_QUOTE_NOT_CLOSED'
          ? 'a quote is opened here or further down and never closed'
          : `cannot read the row: ${error?.message}`;
      problems.push({ message, at: { file, line }, advice: 'Write a field in double quotes as "…", or without any.' });
    },
    on_record(fields: string[], { lines }: InfoRecord) {
      // Not left to the parser's «rtrim»: with it, a quote in the midst of a field ends the whole parse.
      rows.push({ line: lines, fields: fields.map((field) => field.trimEnd()) });
      return null;
    },
  });
  return { rows, problems };
}
