import { Int32, Uint8, Utf8 } from 'apache-arrow';
import { parseJson } from '../../../shared/parse-json.ts';
import { type Result, success } from '../../../shared/problem.ts';
import { int32Column, textColumn, uint8Column, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import { LABEL_KINDS, type LabelKind, type LabelKinds } from './label-kind.ts';
import { type Split, splitNamed } from './task.ts';

/** One image with its label for one task. */
export interface Sample {
  /**
   * The number of the sample. Rows of the same number are one sample with labels for several tasks, which the network sees
   * once an epoch: they have the same image and split. By default each row is a sample, numbered by its position.
   */
  readonly sample?: number;
  /** Path of the image relative to the data set's root, with `/`. */
  readonly file: string;
  readonly task: string;
  /** The index of the class, the first one if there are several; 0 where there is none. */
  readonly classIndex: number;
  /**
   * One character per class: `y` for a true one, `n` for others, `m` for "maybe". For a task of numbers, these as decimals,
   * joined by `;`.
   */
  readonly label: string;
  readonly split: Split;
}

const columns = {
  sample: new Int32(),
  file: new Utf8(),
  task: new Utf8(),
  class: new Uint8(),
  label: new Utf8(),
  split: new Utf8(),
};

/** The names of the classes, by task; tasks whose classes have none are missing. */
export type ClassNames = ReadonlyMap<string, readonly string[]>;

export interface SampleTable {
  readonly samples: readonly Sample[];
  readonly classNames: ClassNames;
  readonly kinds?: LabelKinds;
}

const CLASS_NAMES = 'class_names';
const LABEL_KINDS_BY_TASK = 'label_kinds';

/**
 * Writes samples as an Arrow table with the columns `sample`, `file`, `task`, `class`, `label` and `split`. The names of
 * the classes and the kinds of the labels are in the metadata of the schema, as JSON.
 */
export function writeSamples(path: string, { samples, classNames, kinds = new Map() }: SampleTable): Promise<void> {
  const columnsOfSamples = {
    sample: int32Column(Int32Array.from(samples, ({ sample }, row) => sample ?? row)),
    file: textColumn(samples.map(({ file }) => file)),
    task: textColumn(samples.map(({ task }) => task)),
    class: uint8Column(Uint8Array.from(samples, ({ classIndex }) => classIndex)),
    label: textColumn(samples.map(({ label }) => label)),
    split: textColumn(samples.map(({ split }) => split)),
  };
  return writeArrowTable(path, columnsOfSamples, {
    ...(classNames.size > 0 && { [CLASS_NAMES]: JSON.stringify(Object.fromEntries(classNames)) }),
    ...(kinds.size > 0 && { [LABEL_KINDS_BY_TASK]: JSON.stringify(Object.fromEntries(kinds)) }),
  });
}

/** Reads the samples that `writeSamples` wrote, in their order. */
export async function readSamples(path: string): Promise<Result<SampleTable>> {
  const table = await readArrowTable(path, columns);
  if (!table.ok) return table;
  // Read column by column: the row objects of apache-arrow look up each of their values.
  const column = <Name extends keyof typeof columns>(name: Name) => [...(table.value.getChild(name) ?? [])];
  const [files, tasks, labels, splits] = [column('file'), column('task'), column('label'), column('split')];
  const numbers = column('sample');
  const samples = column('class').map((classIndex, row) => ({
    sample: numbers[row] ?? row,
    file: files[row] ?? '',
    task: tasks[row] ?? '',
    classIndex: classIndex ?? 0,
    label: labels[row] ?? '',
    split: splitNamed(splits[row] ?? ''),
  }));
  const { metadata } = table.value.schema;
  const isNames = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((name) => typeof name === 'string');
  return success({
    samples,
    classNames: parseByTask(metadata.get(CLASS_NAMES), isNames),
    kinds: parseByTask(metadata.get(LABEL_KINDS_BY_TASK), isLabelKind),
  });
}

function isLabelKind(value: unknown): value is LabelKind {
  return LABEL_KINDS.some((kind) => kind === value);
}

/** Returns the values by task that a text of the metadata has; none if it does not say any. */
function parseByTask<Value>(
  text: string | undefined,
  isValue: (value: unknown) => value is Value,
): ReadonlyMap<string, Value> {
  const byTask: unknown = parseJson(text ?? '{}')?.value;
  return new Map(
    Object.entries(byTask ?? {}).flatMap(([task, value]) => (isValue(value) ? [[task, value] as const] : [])),
  );
}
