import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { bytes, count } from '../../shared/text/format.ts';
import { cut, oneLine } from '../../shared/text/table.ts';
import { titledTable } from './titled-table.ts';

/** The classes are listed without `--full` up to this number. */
const MAX_SHOWN_CLASSES = 60;

/** The number of samples of each class of each task, as the ingest stage writes it to `tasks.json`. */
export interface ClassCounts {
  readonly tasks: readonly TaskCounts[];
}

export interface TaskCounts {
  readonly name: string;
  readonly classes: number;
  readonly class_names?: readonly string[];
  /** The numbers per class, by category: `{ train: [3, 5], validation: [1, 1] }`. */
  readonly counts: Readonly<Record<string, readonly number[]>>;
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
  const { tasks } = (value ?? {}) as Partial<ClassCounts>;
  return Array.isArray(tasks) && tasks.length > 0 && tasks.every(isTaskCounts);
}

function isTaskCounts(value: unknown): value is TaskCounts {
  const { name, classes, counts } = (value ?? {}) as Partial<TaskCounts>;
  return (
    typeof name === 'string' &&
    typeof counts === 'object' &&
    counts !== null &&
    Object.values(counts).every(
      (each) => Array.isArray(each) && each.length === classes && each.every((one) => typeof one === 'number'),
    )
  );
}

/** Returns two tables: the tasks with their totals, and the classes of each task. */
function describeClassCounts(value: ClassCounts, size: number, view: View): string[] {
  const { tasks } = value;
  const counted = [...new Set(tasks.flatMap(({ counts }) => Object.keys(counts)))];
  const totals = Object.entries(value).flatMap(([key, total]) =>
    typeof total === 'number' ? `${count(total)} ${oneLine(key)}` : [],
  );
  const classes = tasks.reduce((sum, task) => sum + task.classes, 0);
  const shown =
    view.full || classes <= MAX_SHOWN_CLASSES
      ? [
          '',
          ...titledTable([['task', 'class', ...counted], ...tasks.flatMap((task) => classRows(task, counted))], view),
        ]
      : [view.paint('dim', `  … each of the ${count(classes)} classes with --full`)];
  return [
    `samples by task and class, ${bytes(size)}`,
    ...(totals.length === 0 ? [] : [cut(`  ${totals.join(', ')}`, lineWidth(view))]),
    ...titledTable([['task', 'classes', ...counted], ...tasks.map((task) => taskRow(task, counted))], view),
    ...shown,
  ];
}

function taskRow({ name, classes, counts }: TaskCounts, counted: readonly string[]): string[] {
  const sums = counted.map((key) => count((counts[key] ?? []).reduce((sum, each) => sum + each, 0)));
  return [oneLine(name), count(classes), ...sums];
}

/** Returns one row per class; only the first row has the name of the task. */
function classRows({ name, classes, class_names: names, counts }: TaskCounts, counted: readonly string[]): string[][] {
  return Array.from({ length: classes }, (_, index) => [
    index === 0 ? oneLine(name) : '',
    oneLine(names?.[index] ?? String(index)),
    ...counted.map((key) => count(counts[key]?.[index] ?? 0)),
  ]);
}
