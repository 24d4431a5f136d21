import type { Sample } from './samples.ts';
import { tasksOf } from './task.ts';
import { listed } from './wording.ts';

/** How often each class of a task occurs, by class index. */
export interface TaskStatistics {
  readonly name: string;
  readonly classes: number;
  readonly samples: number;
  /** Where the data set names its classes. */
  readonly class_names?: readonly string[];
  readonly counts: {
    /** Before the split. */
    readonly all: readonly number[];
    readonly train: readonly number[];
    readonly validation: readonly number[];
    /** Samples for which the class is marked as «maybe». */
    readonly maybe: readonly number[];
  };
}

/** Sorted by the tasks' names. */
export function taskStatistics(
  samples: readonly Sample[],
  classNames: ReadonlyMap<string, readonly string[]>,
): readonly TaskStatistics[] {
  const statistics = tasksOf(samples).map((task) => {
    const zeros = () => Array.from({ length: task.classes }, () => 0);
    const names = classNames.get(task.name);
    const counts = { all: zeros(), train: zeros(), validation: zeros(), maybe: zeros() };
    return { ...task, ...(names && { class_names: names }), counts };
  });
  const byName = new Map(statistics.map(({ name, counts }) => [name, counts]));
  for (const { task, split, classIndex, label } of samples) {
    const counts = byName.get(task);
    if (counts === undefined) continue;
    increment(counts.all, classIndex);
    increment(counts[split], classIndex);
    for (let at = label.indexOf('m'); at >= 0; at = label.indexOf('m', at + 1)) increment(counts.maybe, at);
  }
  return statistics;
}

function increment(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

/** From how many times as many samples of one class as of another on a task is told to be out of balance. */
const IMBALANCE = 20;
const TOLD = 20;

/** Lines about classes that cannot be learnt or judged, or are much rarer than others. */
export function describeScarcities(statistics: readonly TaskStatistics[]): readonly string[] {
  const lines = statistics.flatMap((task) => [
    ...singleClass(task),
    ...missingFrom('train', task),
    ...missingFrom('validation', task),
    ...imbalance(task),
  ]);
  if (lines.length <= TOLD) return lines;
  return [...lines.slice(0, TOLD), `and ${lines.length - TOLD} more lines like these: see the output «tasks»`];
}

function singleClass({ name, classes }: TaskStatistics): string[] {
  return classes === 1 ? [`${name}: a single class, so there is nothing to tell apart`] : [];
}

function missingFrom(split: 'train' | 'validation', task: TaskStatistics): string[] {
  const adjective = split === 'train' ? 'training' : split;
  const counts = task.counts[split];
  const missing = [...counts.keys()].filter((index) => counts[index] === 0);
  if (missing.length === 0) return [];
  if (missing.length === counts.length) return [`${task.name}: no ${adjective} sample`];
  const classes = missing.length === 1 ? 'class' : 'classes';
  return [`${task.name}: no ${adjective} sample of ${classes} ${listed(missing.map((index) => nameOf(task, index)))}`];
}

function imbalance(task: TaskStatistics): string[] {
  const { all } = task.counts;
  const most = all.indexOf(Math.max(...all));
  const least = all.indexOf(Math.min(...all.filter((count) => count > 0)));
  const [many = 0, few = 0] = [all[most], all[least]];
  if (many < IMBALANCE * few) return [];
  const times = Math.round(many / few);
  return [
    `${task.name}: class ${nameOf(task, most)} has ${many} samples, class ${nameOf(task, least)} has ${few} (1 : ${times})`,
  ];
}

function nameOf({ class_names: names }: TaskStatistics, index: number): string {
  const name = names?.[index];
  return name === undefined ? String(index) : `${index} («${name}»)`;
}
