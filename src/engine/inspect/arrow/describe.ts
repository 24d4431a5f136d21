import { lineWidth, type View } from '../../../shared/extensions/view.ts';
import type { Json } from '../../../shared/json.ts';
import { bytes, count, figure, plural } from '../../../shared/text/format.ts';
import { cut, leftOut, oneLine, table } from '../../../shared/text/table.ts';
import type { ArrowColumn, ArrowContent, ArrowTable } from './arrow.ts';
import type { ValueCount } from './statistics.ts';

const MAX_LIST_LENGTH = 40;
/** The occurrences of values are not shown for fewer rows. */
const FEW_ROWS = 16;
/** Stands for a value that is too large to be read. */
const UNREAD = '<…>';

/** Describes the schema, the counts and the first rows. */
export function describeArrow({ tables, faults }: ArrowContent, view: View): string[] {
  return [
    ...tables.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...describeTable(each, view, tables.length > 1)]),
    ...faults.map(({ file, reason }) => `${view.paint('red', '✗')} ${file}: ${reason}`),
  ];
}

function describeTable(found: ArrowTable, view: View, named: boolean): string[] {
  const { form, files, rows, batches, compression, metadata, columns } = found;
  const head = [
    files.length === 1 ? `Arrow ${form}` : `Arrow, ${plural(files.length, 'shard')}`,
    `${plural(rows, 'row')} in ${count(batches)} ${batches === 1 ? 'batch' : 'batches'}`,
    bytes(found.bytes),
    ...(compression === undefined ? [] : [`compressed (${compression})`]),
  ];
  return [
    ...(named ? [view.paint('bold', files.length === 1 ? `${files[0]}` : `${files[0]} … ${files.at(-1)}`)] : []),
    head.join(', '),
    ...describeColumns(columns, view),
    ...Object.entries(metadata).map(([key, value]) => cut(`  ${key} = ${oneLine(value)}`, lineWidth(view))),
    ...describeRows(found, view),
  ];
}

function describeColumns(columns: readonly ArrowColumn[], view: View): string[] {
  const { paint } = view;
  const width = lineWidth(view);
  const hasNulls = columns.some(({ nulls }) => nulls > 0);
  const hasRange = columns.some(({ range }) => range !== undefined);
  const row = (name: string, type: string, nulls: string, range: string) => [
    name,
    type,
    ...(hasNulls ? [nulls] : []),
    ...(hasRange ? [range] : []),
  ];
  const rows = columns.map(({ name, type, nulls, range }) =>
    row(name, type, nulls === 0 ? '' : count(nulls), range === undefined ? '' : rangeText(range)),
  );
  const { lines } = table([row('column', 'type', 'nulls', 'range'), ...rows], width);
  const values = columns.flatMap(({ name, values: found }) =>
    valuesLine(name, found ?? []).map((line) => cut(line, width)),
  );
  const metadata = columns.flatMap(({ name, metadata: own }) =>
    Object.entries(own).map(([key, value]) => cut(`  ${name}: ${key} = ${oneLine(value)}`, width)),
  );
  return [paint('dim', lines[0] ?? ''), ...lines.slice(1), ...values, ...metadata];
}

/** Returns `label: cat 11,320, dog 5,696`; nothing if the first rows show the same. */
function valuesLine(name: string, values: readonly ValueCount[]): string[] {
  const rows = values.reduce((sum, { count: each }) => sum + each, 0);
  if (rows <= FEW_ROWS) return [];
  return [`  ${name}: ${values.map(({ value, count: each }) => `${oneLine(value)} ${count(each)}`).join(', ')}`];
}

function rangeText({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? `all ${figure(min)}` : `${figure(min)} to ${figure(max)}`;
}

function describeRows({ columns, compression, rows }: ArrowTable, view: View): string[] {
  const { paint } = view;
  const width = lineWidth(view);
  if (rows === 0) return [];
  if (compression !== undefined) return ['  The rows are compressed, and therefore not shown.'];
  const shown = Math.max(0, ...columns.map(({ first }) => first?.length ?? 0));
  if (shown === 0) return [];
  const cells = [...Array(shown).keys()].map((row) =>
    columns.map(({ first }) => (first === undefined ? UNREAD : cell(first[row]))),
  );
  const names = columns.map(({ name }) => name);
  const found = table([names, ...cells], width);
  return [
    '',
    paint('dim', found.lines[0] ?? ''),
    ...found.lines.slice(1),
    ...leftOut(names, found, width).map((line) => paint('dim', line)),
  ];
}

function cell(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return cut(`[${value.map(cell).join(' ')}]`, MAX_LIST_LENGTH);
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
