import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { bytes, count } from '../../shared/text/format.ts';
import { cut, oneLine } from '../../shared/text/table.ts';
import type { NumberStatistics } from '../data/tables/number-statistics.ts';
import { titledTable } from './titled-table.ts';

/** The classes are listed without `--full` up to this number. */
const MAX_SHOWN_CLASSES = 60;

/** The number of samples of each class of each task, as the ingest stage writes it to `tasks.json`. */
export interface ClassCounts {
  readonly tasks: readonly TaskCounts[];
  /** The number of groups, by split. */
  readonly groups?: Readonly<Record<string, number>>;
}

export interface TaskCounts {
  readonly name: string;
  /** What the labels are; one class each if absent. */
  readonly kind?: string;
  readonly classes: number;
  readonly class_names?: readonly string[];
  /** The numbers per class, by category: `{ train: [3, 5], validation: [1, 1] }`. Absent for tasks of numbers. */
  readonly counts?: Readonly<Record<string, readonly number[]>>;
  /** The number of labelled samples, by category, where the counts do not add up to it. */
  readonly labelled?: Readonly<Record<string, number>>;
  /** The number of samples without any of several classes, by category. */
  readonly none?: Readonly<Record<string, number>>;
  /** What each number is like, by category. */
  readonly numbers?: Readonly<Record<string, readonly NumberStatistics[]>>;
}

/** Shows the class counts of the ingest stage as tables; with `--json` they stay JSON. */
export const classCountsViewer: Viewer = {
  async inspect(viewed, others) {
    const value = viewed.json()?.value;
    if (!isClassCounts(value)) return undefined;
    const { content } = await others();
    return { content, describe: (view) => describeClassCounts(value, viewed.bytes, view) };
  },
};

/** Returns whether a JSON value has these counts; other fields are allowed. */
export function isClassCounts(value: unknown): value is ClassCounts {
  const { tasks, groups = {} } = (value ?? {}) as Partial<ClassCounts>;
  return Array.isArray(tasks) && tasks.length > 0 && tasks.every(isTaskCounts) && isTotals(groups);
}

function isTaskCounts(value: unknown): value is TaskCounts {
  const { name, classes, counts, numbers, labelled = {}, none = {} } = (value ?? {}) as Partial<TaskCounts>;
  const isTable = (table: object | undefined, isOne: (each: unknown) => boolean) =>
    typeof table === 'object' &&
    Object.values(table ?? {}).every((row) => Array.isArray(row) && row.length === classes && row.every(isOne));
  return (
    typeof name === 'string' &&
    (isTable(counts, isNumber) || isTable(numbers, (each) => typeof each === 'object' && each !== null)) &&
    [labelled, none].every(isTotals)
  );
}

/** Returns whether a value has a number for each category. */
function isTotals(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** Returns the tasks with their totals, the classes of each task, and what the numbers are like. */
function describeClassCounts(value: ClassCounts, size: number, view: View): string[] {
  const { tasks, groups } = value;
  const categories = tasks.flatMap(({ counts = {}, labelled = {} }) => [
    ...Object.keys(labelled),
    ...Object.keys(counts),
  ]);
  const counted = [...new Set(categories)];
  const totals = Object.entries(value).flatMap(([key, total]) =>
    typeof total === 'number' ? `${count(total)} ${oneLine(key)}` : [],
  );
  const hasKinds = tasks.some(({ kind }) => kind !== undefined);
  const head = ['task', ...(hasKinds ? ['labels'] : []), 'classes', ...counted];
  const byTask = tasks.map(({ kind = 'class', ...task }) => {
    const [name = '', ...others] = taskRow(task, counted);
    return hasKinds ? [name, oneLine(kind), ...others] : [name, ...others];
  });
  return [
    `samples by task and class, ${bytes(size)}`,
    ...(totals.length === 0 ? [] : [cut(`  ${totals.join(', ')}`, lineWidth(view))]),
    ...(groups === undefined ? [] : [cut(`  groups: ${describeGroups(groups)}`, lineWidth(view))]),
    ...titledTable([head, ...byTask], view),
    ...describeClasses(tasks, counted, view),
    ...describeNumbers(tasks, view),
  ];
}

function describeGroups(groups: Readonly<Record<string, number>>): string {
  return Object.entries(groups)
    .map(([split, total]) => `${count(total)} ${oneLine(split)}`)
    .join(', ');
}

function describeClasses(all: readonly TaskCounts[], counted: readonly string[], view: View): string[] {
  const tasks = all.filter(({ counts }) => counts !== undefined);
  if (tasks.length === 0) return [];
  const classes = tasks.reduce((sum, task) => sum + task.classes, 0);
  if (!view.full && classes > MAX_SHOWN_CLASSES)
    return [view.paint('dim', `  … each of the ${count(classes)} classes with --full`)];
  const rows = tasks.flatMap((task) => classRows(task, counted));
  return ['', ...titledTable([['task', 'class', ...counted], ...rows], view)];
}

function describeNumbers(tasks: readonly TaskCounts[], view: View): string[] {
  const rows = tasks
    .flatMap(numberRows)
    .map(([name, split, known, ...others]) => [oneLine(name), oneLine(split), count(known), ...others.map(String)]);
  if (rows.length === 0) return [];
  return [
    '',
    ...titledTable([['number', 'split', 'samples', 'minimum', 'maximum', 'mean', 'deviation'], ...rows], view),
  ];
}

/** Name, split, count, minimum, maximum, mean and standard deviation; of a number that is nowhere known only the first. */
type NumberRow = readonly [string, string, number, ...number[]];

/** Returns what each number of a task is like, by split, with values of four digits. */
export function numberRows({ name, class_names: names, numbers = {} }: TaskCounts): readonly NumberRow[] {
  return Object.entries(numbers).flatMap(([split, all]) =>
    all.map(({ count: known, minimum, maximum, mean, standard_deviation: deviation }, index): NumberRow => {
      const values = [minimum, maximum, mean, deviation].flatMap((value) =>
        value === undefined ? [] : Number(value.toPrecision(4)),
      );
      return [names === undefined ? name : `${name} ${names[index] ?? index}`, split, known, ...values];
    }),
  );
}

function taskRow({ name, classes, counts = {}, labelled = {} }: TaskCounts, counted: readonly string[]): string[] {
  const sums = counted.map((key) => count(labelled[key] ?? (counts[key] ?? []).reduce((sum, each) => sum + each, 0)));
  return [oneLine(name), count(classes), ...sums];
}

/** Returns one row per class; only the first row has the name of the task. */
function classRows(
  { name, classes, class_names: names, counts = {}, none }: TaskCounts,
  counted: readonly string[],
): string[][] {
  const rows = Array.from({ length: classes }, (_, index) => [
    index === 0 ? oneLine(name) : '',
    oneLine(names?.[index] ?? String(index)),
    ...counted.map((key) => count(counts[key]?.[index] ?? 0)),
  ]);
  return none === undefined ? rows : [...rows, ['', '(none)', ...counted.map((key) => count(none[key] ?? 0))]];
}
