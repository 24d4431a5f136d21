import type { Place } from '../../../shared/problem.ts';
import type { Finding } from '../labels/findings.ts';

/** What a row has in a column: a text, or a list of texts, which Parquet knows. An empty text says that there is nothing. */
export type Field = string | readonly string[];

export interface TableRow {
  /** The line, or in a file without lines the row, from 1. */
  readonly line: number;
  /** One field for each column of the header. */
  readonly fields: readonly Field[];
}

/** A table with a row for each image. */
export interface LabelTable {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
  readonly findings: readonly Finding[];
  /** Returns the place of a field of a row. */
  readonly place: (row: TableRow, column: number) => Place;
  /** Returns the place of the name of a column. */
  readonly headerPlace: (column: number) => Place;
}

/** Returns a field as one text. */
export function textOf(field: Field | undefined): string {
  if (field === undefined) return '';
  return typeof field === 'string' ? field : field.join(', ');
}

/** Returns the problem of a table that has columns only. */
export function noRows(file: string): Finding {
  const advice = 'Write a row for each image.';
  return { kind: 'rows with a wrong number of fields', message: 'the label file has no rows', at: { file }, advice };
}
