import { distance } from 'fastest-levenshtein';
import { counted, listed, quoted } from '../../../shared/wording.ts';
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
 * Returns a line for each oddity of the tasks that does not keep a training from running: nothing to learn, classes without
 * samples in a split, imbalanced classes and names that look misspelt.
 */
export function taskWarnings(statistics: readonly TaskStatistics[]): readonly string[] {
  const lines = statistics.flatMap((task) => [
    ...nothingToLearn(task),
    ...missingFrom('train', task),
    ...missingFrom('validation', task),
    ...missingFrom('test', task),
    ...imbalance(task),
    ...similarClasses(task),
    ...misspelling(task, statistics),
  ]);
  if (lines.length <= MAX_SHOWN) return lines;
  return [...lines.slice(0, MAX_SHOWN), `and ${lines.length - MAX_SHOWN} more warnings: see the output "tasks"`];
}

function nothingToLearn(task: TaskStatistics): string[] {
  const { name, classes, counts, labelled, numbers } = task;
  if (counts !== undefined && labelled === undefined)
    return classes === 1 ? [`${name}: only one class, so there is nothing to classify`] : [];
  const always = indicesOf(counts?.all, (count) => count === labelled?.all).map((index) => nameOf(task, index));
  const constant = indicesOf(numbers?.all, ({ minimum, maximum }) => minimum !== undefined && minimum === maximum);
  return [
    ...(always.length > 0 ? [`${name}: all samples have ${classesCalled(always)}, so there is nothing to learn`] : []),
    ...constant.map((index) => {
      const which = classes === 1 ? 'the number' : `number ${nameOf(task, index)}`;
      return `${name}: ${which} is ${numbers?.all[index]?.minimum} in all samples, so there is nothing to learn`;
    }),
  ];
}

function missingFrom(split: Split, task: TaskStatistics): string[] {
  const adjective = split === 'train' ? 'training' : split;
  const counts = task.counts?.[split];
  const labelled = task.labelled?.[split] ?? counts?.reduce((sum, count) => sum + count, 0);
  if (labelled === undefined) return [];
  if (labelled === 0) return [`${task.name}: no ${adjective} sample`];
  const missing = indicesOf(counts, (count) => count === 0).map((index) => nameOf(task, index));
  return missing.length === 0 ? [] : [`${task.name}: no ${adjective} sample of ${classesCalled(missing)}`];
}

function classesCalled(names: readonly string[]): string {
  return `${names.length === 1 ? 'class' : 'classes'} ${listed(names)}`;
}

function indicesOf<Value>(values: readonly Value[] = [], isOne: (value: Value) => boolean): readonly number[] {
  return [...values.keys()].filter((index) => {
    const value = values[index];
    return value !== undefined && isOne(value);
  });
}

function imbalance(task: TaskStatistics): string[] {
  const all = task.counts?.all ?? [];
  const most = all.indexOf(Math.max(...all));
  const least = all.indexOf(Math.min(...all.filter((count) => count > 0)));
  const [many = 0, few = 0] = [all[most], all[least]];
  if (few === 0 || many < IMBALANCE * few) return [];
  const times = Math.round(many / few);
  return [
    `${task.name}: class ${nameOf(task, most)} has ${many} samples, class ${nameOf(task, least)} has ${few} (1 : ${times})`,
  ];
}

/** Class names that a table has by mistake: two spellings of one class, and what programs write where nothing is. */
function similarClasses(task: TaskStatistics): string[] {
  const { name, kind, class_names: names = [] } = task;
  if (kind === 'numbers') return [];
  const plain = names.map((each) => each.toLowerCase().replaceAll(/[\s_-]/g, ''));
  const again = names.flatMap((each, index) => {
    const first = plain.indexOf(plain[index] ?? '');
    return first < index ? [`${name}: are ${quoted(names[first] ?? '')} and ${quoted(each)} the same class?`] : [];
  });
  const missing = names.filter((each) => /^(nan|na|n\/a|null|none|\?)$/i.test(each));
  return [
    ...again,
    ...missing.map(
      (each) => `${name}: ${quoted(each)} is a class; if it says that there is no label, leave the field empty`,
    ),
  ];
}

function nameOf({ class_names: names }: TaskStatistics, index: number): string {
  const name = names?.[index];
  return name === undefined ? String(index) : `${index} (${quoted(name)})`;
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
