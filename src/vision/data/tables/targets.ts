import { type Table, Utf8 } from 'apache-arrow';
import { parseJson } from '../../../shared/parse-json.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { int32Column, textColumn, uint8ListColumn, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import type { Sample, SampleTable } from './samples.ts';
import { type Split, splitNamed, type Task, tasksOf } from './task.ts';

/** The targets of a training. A sample is identified by its row, from 0 to `count` − 1. */
export interface Targets {
  /** The tasks, sorted by name. */
  readonly tasks: readonly Task[];
  /** The number of samples. */
  readonly count: number;
  /** Returns the path of the sample's image, relative to the data set's root. */
  readonly file: (sample: number) => string;
  /** Returns the label of a sample: `y`, `n` or `m` ("maybe") for each class of its task. */
  readonly label: (sample: number) => string;
  /** Returns the rows of the samples of a split, in ascending order. */
  readonly samplesIn: (split: Split) => Int32Array;
  /** The index of each sample's task in `tasks`, `[count]`. */
  readonly taskOf: Uint8Array | Uint16Array;
  /** The index of each sample's class within its task, `[count]`. */
  readonly classOf: Uint8Array;
}

const TASKS = 'tasks';
const oneHotColumn = (task: Task) => `targets.${task.name}`;

/**
 * Writes one one-hot matrix per task, uint8 `[samples, classes]`, as an Arrow table; the row of a sample without the task
 * is all zeros. The tasks are in the metadata of the schema, as JSON, with the names of their classes if they have any.
 */
export function writeTargets(path: string, { samples, classNames }: SampleTable): Promise<void> {
  const tasks = tasksOf(samples).map((task) => {
    const names = classNames.get(task.name);
    return names === undefined ? task : { ...task, class_names: names };
  });
  const oneHot = oneHotMatrices(samples, tasks);
  const matrices = tasks.map((task, index) => [
    oneHotColumn(task),
    uint8ListColumn(oneHot[index] ?? new Uint8Array(), task.classes),
  ]);
  const columns = {
    sample: int32Column(Int32Array.from(samples.keys())),
    file: textColumn(samples.map(({ file }) => file)),
    split: textColumn(samples.map(({ split }) => split)),
    label: textColumn(samples.map(({ label }) => label)),
    ...Object.fromEntries(matrices),
  };
  return writeArrowTable(path, columns, { [TASKS]: JSON.stringify(tasks) });
}

/** Reads targets that `writeTargets` wrote. A sample without exactly one target is a failure. */
export async function readTargets(path: string): Promise<Result<Targets>> {
  const read = await readArrowTable(path, { file: new Utf8(), split: new Utf8(), label: new Utf8() });
  if (!read.ok) return read;
  const table: Table = read.value;
  const { schema, numRows: count } = table;
  const tasks = parseTasks(schema.metadata.get(TASKS) ?? '[]');
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
    return problem(`expected one target for each of ${count} samples, but found ${found} targets`, {
      at: { file: path },
      advice: 'Rerun the stage that made the targets.',
    });
  }
  const column = (name: 'file' | 'split' | 'label') =>
    [...(read.value.getChild(name) ?? [])].map((value) => value ?? '');
  const [files, labels, splits] = [column('file'), column('label'), column('split').map(splitNamed)];
  const samplesIn = (split: Split) => Int32Array.from(splits.keys()).filter((row) => splits[row] === split);
  const valueIn = (values: readonly string[]) => (sample: number) => values[sample] ?? '';
  return success({ tasks, count, file: valueIn(files), label: valueIn(labels), samplesIn, taskOf, classOf });
}

/** Returns no tasks, and so finds no targets, if the text is not a list of them. */
function parseTasks(text: string): readonly Task[] {
  const tasks = parseJson(text)?.value;
  const isTask = (task: Partial<Task> | null) =>
    typeof task?.name === 'string' && Number.isSafeInteger(task.classes) && Number(task.classes) > 0;
  return Array.isArray(tasks) && tasks.every(isTask) ? tasks : [];
}

/** Returns one matrix per task, uint8 `[samples, classes]`. */
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
