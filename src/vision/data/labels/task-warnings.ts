import { distance } from 'fastest-levenshtein';
import { counted, listed } from '../../../shared/wording.ts';
import type { Split } from '../tables/task.ts';
import type { TaskStatistics } from './task-statistics.ts';

/** A task is reported as imbalanced if its largest class has at least this many times the samples of its smallest. */
const IMBALANCE = 20;
/** A task is reported as misspelt if one with nearly the same name has at least this many times its samples. */
const MISSPELT = 50;
/** The largest Levenshtein distance between two names that are nearly the same. */
const MISSPELT_LETTERS = 2;
const MAX_SHOWN = 20;

/**
 * Returns a line for each oddity of the tasks that does not keep a training from running: a single class, classes without
 * samples in a split, imbalanced classes and names that look misspelt.
 */
export function taskWarnings(statistics: readonly TaskStatistics[]): readonly string[] {
  const lines = statistics.flatMap((task) => [
    ...singleClass(task),
    ...missingFrom('train', task),
    ...missingFrom('validation', task),
    ...missingFrom('test', task),
    ...imbalance(task),
    ...misspelling(task, statistics),
  ]);
  if (lines.length <= MAX_SHOWN) return lines;
  return [...lines.slice(0, MAX_SHOWN), `and ${lines.length - MAX_SHOWN} more warnings: see the output "tasks"`];
}

function singleClass({ name, classes }: TaskStatistics): string[] {
  return classes === 1 ? [`${name}: only one class, so there is nothing to classify`] : [];
}

function missingFrom(split: Split, task: TaskStatistics): string[] {
  const adjective = split === 'train' ? 'training' : split;
  const counts = task.counts[split] ?? [];
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
  return name === undefined ? String(index) : `${index} ("${name}")`;
}

function misspelling(task: TaskStatistics, all: readonly TaskStatistics[]): string[] {
  const similar = all.find(
    ({ name, samples }) => samples >= MISSPELT * task.samples && distance(name, task.name) <= MISSPELT_LETTERS,
  );
  if (similar === undefined) return [];
  return [
    `${task.name}: ${counted(task.samples, 'sample')}; is this a misspelling of ${similar.name}, which has ${similar.samples}?`,
  ];
}
