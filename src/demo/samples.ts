import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { type Random, randomFor } from './random.ts';
import type { Task } from './task.ts';
import { TASKS } from './tasks.ts';

/** One picture to draw, and its row in a CSV file. */
export interface Sample {
  readonly task: Task;
  /** Of the class among the task's. */
  readonly position: number;
  /** Where the picture lies, from the data set's root, with `/`. */
  readonly file: string;
  /** `Annotations`' third column: one character a class. */
  readonly label: string;
  /** The draws that the picture is made of. */
  readonly random: Random;
}

export type Split = 'labelled' | 'questions';

const FOLDERS: Readonly<Record<Split, string>> = { labelled: 'Images', questions: 'Tests/Images' };

/** In how many of the rows the annotator was unsure, and in how many a class comes out of turn. */
const MAYBE = 0.05;
const OUT_OF_TURN = 0.12;

/** `count` samples, shared out among the tasks by their numbers of classes, in the order of their file names. */
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
  // The first round goes through all classes, so that even a handful of samples has several of them.
  const outOfTurn = index >= classes && random.chance(OUT_OF_TURN);
  const position = outOfTurn ? random.whole(0, classes - 1) : index % classes;
  // Hexadecimal as FashionAI has it, so that neither the name nor the order of the files gives the class away.
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return {
    task,
    position,
    file: join(FOLDERS[split], `${task.name}_labels`, `${id}.jpg`),
    label: label(random, classes, position),
    random,
  };
}

/** `y` at the class, `n` elsewhere, and now and then an `m` for «maybe» beside the `y`. */
function label(random: Random, classes: number, position: number): string {
  const characters: string[] = Array.from({ length: classes }, (_, at) => (at === position ? 'y' : 'n'));
  if (random.chance(MAYBE)) characters[position === 0 ? 1 : position - 1] = 'm';
  return characters.join('');
}
