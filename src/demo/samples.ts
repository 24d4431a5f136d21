import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { type Random, randomFor } from './random.ts';
import type { Task } from './task.ts';
import { TASKS } from './tasks.ts';

/** One image to draw and its row in a CSV file. */
export interface Sample {
  readonly task: Task;
  /** The index of the class within the task. */
  readonly position: number;
  /** Path of the image relative to the data set's root, with `/`. */
  readonly file: string;
  /** The third column of the label file: one character per class. */
  readonly label: string;
  /** The random numbers that the image is drawn with. */
  readonly random: Random;
}

export type Split = 'labelled' | 'questions';

const FOLDERS: Readonly<Record<Split, string>> = { labelled: 'Images', questions: 'Tests/Images' };

/** The fraction of rows with a "maybe", and of rows whose class is random instead of the next one in turn. */
const MAYBE = 0.05;
const OUT_OF_TURN = 0.12;

/** Returns `count` samples, divided among the tasks in proportion to their numbers of classes, sorted by file name. */
export function samples(split: Split, count: number, seed: number): Sample[] {
  const total = TASKS.reduce((sum, task) => sum + task.classes.length, 0);
  let classesSoFar = 0;
  const all = TASKS.flatMap((task) => {
    const from = Math.round((count * classesSoFar) / total);
    classesSoFar += task.classes.length;
    const here = Math.round((count * classesSoFar) / total) - from;
    return Array.from({ length: here }, (_, index) => sample(split, task, index, seed));
  });
  return all.sort((one, other) => (one.file < other.file ? -1 : 1));
}

function sample(split: Split, task: Task, index: number, seed: number): Sample {
  const name = `${seed}/${split}/${task.name}/${index}`;
  const random = randomFor(name);
  const classes = task.classes.length;
  // The first samples go through all classes in turn, so that even a few samples have several classes.
  const outOfTurn = index >= classes && random.chance(OUT_OF_TURN);
  const position = outOfTurn ? random.integer(0, classes - 1) : index % classes;
  // A hash in hex, as in FashionAI, so that neither the name nor the order of the files reveals the class.
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return {
    task,
    position,
    file: join(FOLDERS[split], `${task.name}_labels`, `${id}.jpg`),
    label: label(random, classes, position),
    random,
  };
}

/** Returns `y` at the class, `n` elsewhere, and sometimes an `m` ("maybe") beside the `y`. */
function label(random: Random, classes: number, position: number): string {
  const characters: string[] = Array.from({ length: classes }, (_, at) => (at === position ? 'y' : 'n'));
  if (random.chance(MAYBE)) characters[position === 0 ? 1 : position - 1] = 'm';
  return characters.join('');
}
