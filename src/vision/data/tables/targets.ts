import { type Table, Utf8 } from 'apache-arrow';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { int32Column, textColumn, uint8ListColumn, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import type { Sample } from './samples.ts';
import { type Split, splitNamed, type Task, tasksOf } from './task.ts';

/** What is to be learnt. A sample is named by its row, from 0 to `count` − 1. */
export interface Targets {
  /** Sorted by name. */
  readonly tasks: readonly Task[];
  /** How many samples there are. */
  readonly count: number;
  /** The path of the sample's image below the data set's root. */
  readonly file: (sample: number) => string;
  /** The rows of the samples of a split, ascending. */
  readonly samplesIn: (split: Split) => Int32Array;
  /** For each sample the index of its task in `tasks`. */
  readonly taskOf: Uint8Array | Uint16Array;
  /** For each sample the index of its class within its task. */
  readonly classOf: Uint8Array;
}

const TASKS = 'tasks';
const oneHotColumn = (task: Task) => `targets.${task.name}`;

/**
 * Writes one one-hot matrix a task, uint8 `[samples, classes]`, with a row of zeros where a sample does not have the
 * task. The tasks stand in the schema's metadata as JSON.
 */
export function writeTargets(path: string, samples: readonly Sample[]): Promise<void> {
  const tasks = tasksOf(samples);
  const oneHot = oneHotMatrices(samples, tasks);
  const matrices = tasks.map((task, index) => [
    oneHotColumn(task),
    uint8ListColumn(oneHot[index] ?? new Uint8Array(), task.classes),
  ]);
  const columns = {
    sample: int32Column(Int32Array.from(samples.keys())),
    file: textColumn(samples.map(({ file }) => file)),
    split: textColumn(samples.map(({ split }) => split)),
    ...Object.fromEntries(matrices),
  };
  return writeArrowTable(path, columns, { [TASKS]: JSON.stringify(tasks) });
}

export async function readTargets(path: string): Promise<Result<Targets>> {
  const read = await readArrowTable(path, { file: new Utf8(), split: new Utf8() });
  if (!read.ok) return read;
  const table: Table = read.value;
  const { schema, numRows: count } = table;
  const tasks: readonly Task[] = JSON.parse(schema.metadata.get(TASKS) ?? '[]');
  const taskOf = new Uint16Array(count);
  const classOf = new Uint8Array(count);
  let found = 0;
  for (const [index, task] of tasks.entries()) {
    const matrix: Uint8Array = table.getChild(oneHotColumn(task))?.getChildAt(0)?.toArray() ?? new Uint8Array();
    for (let one = matrix.indexOf(1); one >= 0; one = matrix.indexOf(1, one + 1)) {
      const sample = Math.floor(one / task.classes);
      taskOf[sample] = index;
      classOf[sample] = one % task.classes;
      found += 1;
    }
  }
  if (found !== count) {
    return problem(`${count} samples need one target each, but there are ${found} targets`, {
      at: { file: path },
      advice: 'Run the stage that made the targets again.',
    });
  }
  const files = Array.from(read.value, ({ file }) => file);
  const splits = Array.from(read.value, ({ split }) => splitNamed(split));
  const samplesIn = (split: Split) => Int32Array.from(splits.keys()).filter((row) => splits[row] === split);
  return success({ tasks, count, file: (sample) => files[sample] ?? '', samplesIn, taskOf, classOf });
}

/** For each task a matrix [samples, classes]. */
function oneHotMatrices(samples: readonly Sample[], tasks: readonly Task[]): readonly Uint8Array[] {
  const matrices = tasks.map(({ classes }) => new Uint8Array(samples.length * classes));
  const indices = new Map(tasks.map(({ name }, index) => [name, index]));
  for (const [row, { task, classIndex }] of samples.entries()) {
    const index = indices.get(task) ?? 0;
    const matrix = matrices[index];
    if (matrix !== undefined) matrix[row * (tasks[index]?.classes ?? 0) + classIndex] = 1;
  }
  return matrices;
}
