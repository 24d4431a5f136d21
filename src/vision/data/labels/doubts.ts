import { distance } from 'fastest-levenshtein';
import { counted, listed } from '../../../shared/wording.ts';
import type { TaskStatistics } from './task-statistics.ts';

/** From how many times as many samples of one class as of another on a task is told to be out of balance. */
const IMBALANCE = 20;
/** A task with so much less samples than one of nearly the same name was probably misspelt. */
const MISSPELT = 50;
const MISSPELT_LETTERS = 2;
const TOLD = 20;

/** Lines about what does not look right: classes that cannot be learnt or judged, rare ones, tasks with misspelt names. */
export function doubtsAbout(statistics: readonly TaskStatistics[]): readonly string[] {
  const lines = statistics.flatMap((task) => [
    ...singleClass(task),
    ...missingFrom('train', task),
    ...missingFrom('validation', task),
    ...imbalance(task),
    ...misspelling(task, statistics),
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

function misspelling(task: TaskStatistics, all: readonly TaskStatistics[]): string[] {
  const meant = all.find(
    ({ name, samples }) => samples >= MISSPELT * task.samples && distance(name, task.name) <= MISSPELT_LETTERS,
  );
  if (meant === undefined) return [];
  return [`${task.name}: ${counted(task.samples, 'sample')}; is it ${meant.name}, which has ${meant.samples}?`];
}
