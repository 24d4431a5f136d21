import { type Table, Utf8 } from 'apache-arrow';
import { groupBy } from '../../../shared/group-by.ts';
import { parseJson } from '../../../shared/parse-json.ts';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import {
  float32RowsColumn,
  int32Column,
  textColumn,
  uint8Column,
  uint8ListColumn,
  writeArrowTable,
} from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import { kindOf, LABEL_KINDS, numbersIn } from './label-kind.ts';
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
  /** Returns the labels of a sample, in task order: one for each task that it is labelled for, at least one. */
  readonly labels: (sample: number) => readonly TaskLabel[];
  /** Returns the rows of the samples of a split, in ascending order. */
  readonly samplesIn: (split: Split) => Int32Array;
}

/** The label of a sample for a task. */
export interface TaskLabel {
  /** The index of the task in `tasks`. */
  readonly task: number;
  /** `y`, `n` or `m` ("maybe") for each class; for a task of numbers, these as `numbersIn` reads them. */
  readonly text: string;
  /** The index of the class, the first one if there are several; 0 where there is none. */
  readonly classIndex: number;
}

const TASKS = 'tasks';
const matrixColumn = ({ name }: Task) => `targets.${name}`;
const maskColumn = ({ name }: Task) => `labelled.${name}`;
/** No label contains it. */
const LABEL_SEPARATOR = ' ';

/** Whether a row of zeros may be a label of the task, so that it does not say that there is none. */
function needsMask(task: Task): boolean {
  return kindOf(task) === 'classes' || kindOf(task) === 'numbers';
}

/**
 * Writes one matrix per task as an Arrow table, a row for each sample: `targets.TASK`, uint8 `[samples, classes]` with 1
 * for each true class, or float32 `[samples, numbers]` with NaN for an unknown one. The row of a sample without the task is
 * all zeros; where a label may be so as well, `labelled.TASK` has 1 for the samples with the task. `label` has the labels of
 * a sample in task order, separated by a space. The tasks are in the metadata of the schema, as JSON, with the names of
 * their classes if they have any.
 *
 * @returns a problem if rows of one sample contradict each other.
 */
export async function writeTargets(path: string, { samples, classNames, kinds }: SampleTable): Promise<Result<void>> {
  const tasks = tasksOf(samples, kinds).map((task) => {
    const names = classNames.get(task.name);
    return names === undefined ? task : { ...task, class_names: names };
  });
  const rows = rowsBySample(samples);
  const problems = rows.flatMap(contradictions);
  if (problems.length > 0) return failure(problems);
  const first = rows.flatMap(([row]) => row ?? []);
  const columns = {
    sample: int32Column(Int32Array.from(rows.keys())),
    file: textColumn(first.map(({ file }) => file)),
    split: textColumn(first.map(({ split }) => split)),
    label: textColumn(rows.map((labels) => labels.map(({ label }) => label).join(LABEL_SEPARATOR))),
    ...Object.fromEntries(tasks.flatMap((task) => taskColumns(task, rows))),
  };
  await writeArrowTable(path, columns, { [TASKS]: JSON.stringify(tasks) });
  return success(undefined);
}

/** Returns the rows of each sample, sorted by task; the samples in the order in which they first occur. */
function rowsBySample(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const rows = groupBy(samples.entries(), ([row, { sample = row }]) => sample);
  return Array.from(rows.values(), (labels) =>
    labels.map(([, label]) => label).sort((a, b) => (a.task < b.task ? -1 : 1)),
  );
}

function contradictions(rows: readonly Sample[]): readonly Problem[] {
  return rows.slice(1).flatMap((row, index) => {
    const { file, split, task } = rows[index] ?? row;
    const advice =
      'Give rows the same number in the column "sample" only if they are labels of one image for several tasks.';
    if (row.file !== file) return [{ message: `one sample has two images: "${file}" and "${row.file}"`, advice }];
    if (row.split !== split) return [{ message: `the sample "${file}" is in two splits`, advice }];
    if (row.task !== task) return [];
    return [{ message: `the sample "${file}" has two labels for the task "${task}"`, advice }];
  });
}

/** Returns the columns of a task, with their names. */
function taskColumns(task: Task, rows: readonly (readonly Sample[])[]) {
  const { name, classes } = task;
  const labels = rows.map((labelled) => labelled.find((each) => each.task === name)?.label);
  const matrix = [matrixColumn(task), kindOf(task) === 'numbers' ? numbers(labels, classes) : hot(labels, classes)];
  if (!needsMask(task)) return [matrix];
  return [matrix, [maskColumn(task), uint8Column(Uint8Array.from(labels, (label) => (label === undefined ? 0 : 1)))]];
}

function hot(labels: readonly (string | undefined)[], classes: number) {
  const matrix = new Uint8Array(labels.length * classes);
  for (const [row, label = ''] of labels.entries()) {
    for (let at = label.indexOf('y'); at >= 0; at = label.indexOf('y', at + 1)) matrix[row * classes + at] = 1;
  }
  return uint8ListColumn(matrix, classes);
}

function numbers(labels: readonly (string | undefined)[], classes: number) {
  const matrix = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) if (label !== undefined) matrix.set(numbersIn(label), row * classes);
  return float32RowsColumn(matrix, classes);
}

/** Reads targets that `writeTargets` wrote. A sample without a target is a failure. */
export async function readTargets(path: string): Promise<Result<Targets>> {
  const read = await readArrowTable(path, { file: new Utf8(), split: new Utf8(), label: new Utf8() });
  if (!read.ok) return read;
  const table: Table = read.value;
  const { schema, numRows: count } = table;
  const tasks = parseTasks(schema.metadata.get(TASKS) ?? '[]');
  const column = (name: 'file' | 'split' | 'label') =>
    [...(read.value.getChild(name) ?? [])].map((value) => value ?? '');
  const [files, texts, splits] = [column('file'), column('label'), column('split').map(splitNamed)];
  const tasksAt = labelledTasks(table, tasks);
  const missing = texts.filter((text, row) => tasksAt(row).length !== text.split(LABEL_SEPARATOR).length).length;
  if (missing > 0) {
    return problem(`expected a target for each label of ${count} samples, but ${missing} of them have other targets`, {
      at: { file: path },
      advice: 'Rerun the stage that made the targets.',
    });
  }
  const labels = (sample: number) => {
    const own = (texts[sample] ?? '').split(LABEL_SEPARATOR);
    return Array.from(tasksAt(sample), (task, index): TaskLabel => {
      const text = own[index] ?? '';
      return { task, text, classIndex: Math.max(0, text.indexOf('y')) };
    });
  };
  const samplesIn = (split: Split) => Int32Array.from(splits.keys()).filter((row) => splits[row] === split);
  return success({ tasks, count, file: (sample) => files[sample] ?? '', labels, samplesIn });
}

/** Returns a function that returns the indices of the tasks that a sample is labelled for, in ascending order. */
function labelledTasks(table: Table, tasks: readonly Task[]): (sample: number) => Uint16Array {
  const begins = new Int32Array(table.numRows + 1);
  const all = tasks.map((task) => labelledRows(table, task));
  for (const rows of all) for (const row of rows) begins[row + 1] = (begins[row + 1] ?? 0) + 1;
  for (const row of begins.keys()) if (row > 0) begins[row] = (begins[row] ?? 0) + (begins[row - 1] ?? 0);
  const indices = new Uint16Array(begins.at(-1) ?? 0);
  const next = begins.slice();
  for (const [task, rows] of all.entries()) {
    for (const row of rows) {
      const at = next[row] ?? 0;
      indices[at] = task;
      next[row] = at + 1;
    }
  }
  return (sample) => indices.subarray(begins[sample], begins[sample + 1]);
}

/** Returns the samples that are labelled for a task. */
function labelledRows(table: Table, task: Task): readonly number[] {
  const column = needsMask(task) ? table.getChild(maskColumn(task)) : table.getChild(matrixColumn(task))?.getChildAt(0);
  const width = needsMask(task) ? 1 : task.classes;
  const ones: Uint8Array = column?.toArray() ?? new Uint8Array();
  const rows: number[] = [];
  for (let one = ones.indexOf(1); one >= 0; one = ones.indexOf(1, one + 1)) rows.push(Math.floor(one / width));
  return rows;
}

/** Returns no tasks, and so finds no targets, if the text is not a list of them. */
function parseTasks(text: string): readonly Task[] {
  const tasks = parseJson(text)?.value;
  const isTask = (task: Partial<Task> | null) =>
    typeof task?.name === 'string' &&
    LABEL_KINDS.includes(task.kind ?? 'class') &&
    Number.isSafeInteger(task.classes) &&
    Number(task.classes) > 0;
  return Array.isArray(tasks) && tasks.every(isTask) ? tasks : [];
}
