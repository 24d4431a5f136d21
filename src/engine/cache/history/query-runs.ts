import type { Json } from '../../../shared/json.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { list, suggestion } from '../../plan/suggest.ts';
import type { RunRecord } from '../records.ts';
import type { RunColumn } from './run-columns.ts';

export interface RunQuery {
  /** Keeps the runs that meet all of them. */
  readonly filter: readonly RunFilter[];
  /** The column by which the runs are sorted, smallest first; by default newest first. */
  readonly sort?: string;
  readonly reverse: boolean;
}

/** `accuracy>=0.9`. */
export interface RunFilter {
  readonly column: string;
  readonly operator: string;
  readonly value: string;
}

/** Returns the runs that a query asks for, in its order. Runs without a value for the sorting are last. */
export function queryRuns(
  runs: readonly RunRecord[],
  columns: readonly RunColumn[],
  { filter, sort, reverse }: RunQuery,
): Result<readonly RunRecord[]> {
  let found = runs;
  for (const condition of filter) {
    const column = columnNamed(condition.column, columns, '--filter');
    if (!column.ok) return column;
    found = found.filter((run) => meets(column.value.values(run), condition));
  }
  if (sort === undefined) return success(reverse ? found.toReversed() : found);
  const column = columnNamed(sort, columns, '--sort');
  if (!column.ok) return column;
  const keyed = found.map((run) => ({ run, key: sortKey(column.value.values(run)) }));
  const direction = reverse ? -1 : 1;
  const sorted = keyed
    .filter(({ key }) => key !== undefined)
    .sort((a, b) => direction * compare(a.key ?? '', b.key ?? ''));
  return success([...sorted, ...keyed.filter(({ key }) => key === undefined)].map(({ run }) => run));
}

/** Returns the columns that names refer to, in their order. `*` stands for any characters. */
export function chooseColumns(names: readonly string[], columns: readonly RunColumn[]): Result<readonly RunColumn[]> {
  const chosen = new Set<RunColumn>();
  for (const name of names) {
    const pattern = new RegExp(
      `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, (each) => (each === '*' ? '.*' : `\\${each}`))}$`,
      's',
    );
    const matching = columns.filter((column) => column.names.some((each) => pattern.test(each)));
    if (matching.length === 0) return unknown(name, columns, '--columns');
    for (const column of matching) chosen.add(column);
  }
  return success([...chosen]);
}

function columnNamed(name: string, columns: readonly RunColumn[], option: string): Result<RunColumn> {
  const [column, ...more] = columns.filter(({ names }) => names.includes(name));
  if (column === undefined) return unknown(name, columns, option);
  if (more.length === 0) return success(column);
  const labels = [column, ...more].map(({ label }) => label);
  return problem(`${option}: several stages have "${name}"`, { advice: `Write one of ${list(labels)}.` });
}

function unknown(name: string, columns: readonly RunColumn[], option: string): Result<never> {
  const labels = columns.filter(({ kind }) => kind !== 'run').map(({ label }) => label);
  return problem(`${option}: none of the runs has a metric or param "${name}"`, { advice: suggestion(name, labels) });
}

/** Returns whether one of the values meets a condition or, for `!=`, all of them do. */
function meets(values: readonly Json[], { operator, value }: RunFilter): boolean {
  const isAny = (accepts: (order: number) => boolean) => values.some((each) => accepts(compareWithText(each, value)));
  switch (operator) {
    case '=':
      return isAny((order) => order === 0);
    case '!=':
      return !isAny((order) => order === 0);
    case '<':
      return isAny((order) => order < 0);
    case '<=':
      return isAny((order) => order <= 0);
    case '>':
      return isAny((order) => order > 0);
    default:
      return isAny((order) => order >= 0);
  }
}

/** Compares as numbers if both are; NaN is in no order. */
function compareWithText(value: Json, text: string): number {
  if (typeof value === 'number') return text.trim() === '' ? Number.NaN : value - Number(text);
  return compare(typeof value === 'string' ? value : JSON.stringify(value), text);
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the mean of numbers; of several other values the first. NaN, as the metrics of a diverged training are, is none. */
function sortKey(values: readonly Json[]): number | string | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return typeof first === 'string' ? first : JSON.stringify(first);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return Number.isNaN(mean) ? undefined : mean;
}
