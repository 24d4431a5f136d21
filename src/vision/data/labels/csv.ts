import { type CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import type { Place } from '../../../shared/problem.ts';
import type { Finding } from './findings.ts';
import { LINE_END, type TextFile } from './text-file.ts';

export interface CsvRow {
  /** The line number, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface Csv {
  readonly file: string;
  readonly rows: readonly CsvRow[];
  readonly findings: readonly Finding[];
  /** Returns the place of a row, or of its field with this index. */
  readonly place: (row: CsvRow, field?: number) => Place;
}

export interface CsvOptions {
  readonly separator?: string;
  /** Whether a quoted field may have line breaks. Labels and paths have none, so a quote that is not closed is likelier. */
  readonly hasLineBreaks?: boolean;
}

/**
 * Parses a CSV file; a row may have any number of fields. Rows in another encoding are skipped, because the file has
 * reported them already. Rows that are not valid CSV become findings.
 */
export function parseCsv(
  { path: file, text, findings: encodingFindings }: TextFile,
  { separator = ',', hasLineBreaks = false }: CsvOptions = {},
): Csv {
  const rows: CsvRow[] = [];
  const findings: Finding[] = [];
  const skippedLines = new Set(encodingFindings.map(({ at }) => at.line));
  let last = 0;
  const reject = (message: string, line: number) => {
    const advice = 'Quote the whole field as "…", or remove the quote.';
    findings.push({ kind: 'rows that are not valid CSV', message, at: { file, line }, advice });
  };
  // Inside quotes the parser counts a line end of two characters as two lines.
  const normalized = text.replaceAll(LINE_END, '\n');
  parse(normalized, {
    bom: true,
    delimiter: separator,
    ltrim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: '\n',
    skip_records_with_error: true,
    on_skip(error: CsvError | undefined) {
      // The parser reports the line at which it gave up, which is often the last one of the file.
      const isOpen = error?.code === 'CSV_QUOTE_NOT_CLOSED';
      reject(
        isOpen ? 'a quoted field starts here or below and is never closed' : `cannot parse the row: ${error?.message}`,
        last + 1,
      );
    },
    on_record(fields: string[], { lines: line }: InfoRecord) {
      const breaks = line - last > 1 ? fields.join('').split('\n').length - 1 : 0;
      last = line;
      if (breaks > 0 && !hasLineBreaks)
        reject('a quoted field starts here and is closed on another line', line - breaks);
      // Trimmed here because the parser's `rtrim` aborts the whole parse at a quote within a field.
      else if (!skippedLines.has(line))
        rows.push({ line: line - breaks, fields: fields.map((field) => field.trimEnd()) });
      return null;
    },
  });
  let lines: readonly string[] | undefined;
  const place = ({ line, fields }: CsvRow, field?: number) => {
    if (field === undefined) return { file, line };
    lines ??= normalized.split('\n');
    return { file, line, ...columnOf(fields, field, lines[line - 1] ?? '', separator) };
  };
  return { file, rows, findings: [...encodingFindings, ...findings], place };
}

/** Returns the column of a field in its line; empty if the line does not contain it verbatim, as with escaped quotes. */
function columnOf(
  fields: readonly string[],
  index: number,
  line: string,
  separator: string,
): Pick<Place, 'column' | 'length'> {
  let start = 0;
  for (const [at, field] of fields.entries()) {
    const found = line.indexOf(field, start);
    if (found < 0) return {};
    if (at === index) return { column: found + 1, length: Math.max(1, field.length) };
    const next = line.indexOf(separator, found + field.length);
    start = next < 0 ? line.length : next + 1;
  }
  return {};
}
