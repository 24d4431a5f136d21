import type { Json } from '../../shared/json.ts';
import { withNonFinite } from '../../shared/non-finite.ts';
import { csvLine } from '../../shared/text/csv.ts';
import { duration, figure } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import { leftOut, table } from '../../shared/text/table.ts';
import { differs, type RunColumn } from '../cache/history/run-columns.ts';
import { verdictOn } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';

/** Returns the columns to show if the user names none: the metrics, and the params that differ among the runs. */
export function usualColumns(runs: readonly RunRecord[], columns: readonly RunColumn[]): readonly RunColumn[] {
  const named = (...names: string[]) => columns.filter(({ kind, label }) => kind === 'run' && names.includes(label));
  return [
    ...named('run', 'when', 'state'),
    ...named('pipeline', 'file').filter((column) => differs(column, runs)),
    ...columns.filter((column) => column.kind === 'metric' && !column.isInstance && hasValues(column, runs)),
    ...columns.filter((column) => column.kind === 'param' && differs(column, runs)),
    ...named('took', 'stages'),
  ];
}

/** Returns every column in which one of the runs has a value. */
export function allColumns(runs: readonly RunRecord[], columns: readonly RunColumn[]): readonly RunColumn[] {
  return columns.filter((column) => hasValues(column, runs));
}

function hasValues(column: RunColumn, runs: readonly RunRecord[]): boolean {
  return runs.some((run) => column.values(run).length > 0);
}

/** Shows runs as a table, as wide as the terminal. Names the columns for which there is no space. */
export function describeRuns(
  runs: readonly RunRecord[],
  columns: readonly RunColumn[],
  { now, width, paint }: { readonly now: Date; readonly width: number; readonly paint: Paint },
): string {
  const labels = columns.map(({ label }) => label);
  const rows = runs.map((run) => columns.map((column) => cell(column, run, now)));
  const shown = table([labels, ...rows], width, '', 1);
  const lines = shown.lines.map((line, index) => painted(line, runs[index - 1], paint));
  return [...lines, ...leftOut(labels, shown, width)].join('\n');
}

/** Returns runs as CSV with a line of names: times in ISO 8601, durations in seconds, and numbers with all digits. */
export function csvOf(runs: readonly RunRecord[], columns: readonly RunColumn[]): string {
  const lines = [columns.map(({ label }) => label), ...runs.map((run) => columns.map((each) => plainCell(each, run)))];
  return lines.map(csvLine).join('');
}

function plainCell(column: RunColumn, run: RunRecord): string {
  const values = column.values(run);
  const [first] = values;
  return values.length > 1 ? JSON.stringify(values, withNonFinite) : first === undefined ? '' : verbatim(first);
}

function cell(column: RunColumn, run: RunRecord, now: Date): string {
  if (column.kind === 'run') return cellOfRun(column.label, run, now) ?? plainCell(column, run);
  const values = column.values(run);
  const format = column.kind === 'metric' ? (value: Json) => figure(Number(value)) : verbatim;
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length || numbers.length < 2) return values.map(format).join(', ');
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map(format);
  return least === most ? (least ?? '') : `${least}–${most}`;
}

function cellOfRun(label: string, run: RunRecord, now: Date): string | undefined {
  switch (label) {
    case 'run':
      return shortId(run.run);
    case 'when':
      return when(run.started, now);
    case 'took':
      return took(run, now);
    default:
      return undefined;
  }
}

/** How long a killed run took is unknown. */
function took(run: RunRecord, now: Date): string {
  switch (verdictOn(run)) {
    case 'running':
      return duration((now.getTime() - Date.parse(run.started)) / 1000);
    case 'killed':
      return '?';
    default:
      return duration(run.seconds);
  }
}

/** Returns the end of a run's id, which differs from that of every other run. The beginning is the time. */
function shortId(id: string): string {
  return id.split('-').at(-1) ?? id;
}

function verbatim(value: Json): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function painted(line: string, run: RunRecord | undefined, paint: Paint): string {
  if (run === undefined) return paint('dim', line);
  switch (verdictOn(run)) {
    case 'ok':
      return line;
    case 'failed':
      return line.replace('  failed', `  ${paint('red', 'failed')}`);
    case 'interrupted':
      return line.replace('  interrupted', `  ${paint('yellow', 'interrupted')}`);
    case 'killed':
      return line.replace('  killed', `  ${paint('red', 'killed')}`);
    case 'running':
      return line.replace('  running', `  ${paint('cyan', 'running')}`);
  }
}

/** Returns `5 min ago`, `3 h ago` or, after a day, the date and time (UTC). */
export function when(time: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return time.slice(0, 16).replace('T', ' ');
}
