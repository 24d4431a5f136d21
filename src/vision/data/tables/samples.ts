import { Int32, Uint8, Utf8 } from 'apache-arrow';
import { parseJson } from '../../../shared/parse-json.ts';
import { type Result, success } from '../../../shared/problem.ts';
import { int32Column, textColumn, uint8Column, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import { type Split, splitNamed } from './task.ts';

/** One image with its class for one task. The id of a sample is its position in the seeded shuffle. */
export interface Sample {
  /** Path of the image relative to the data set's root, with `/`. */
  readonly file: string;
  readonly task: string;
  readonly classIndex: number;
  /** One character per class: `y` for the true one, `n` for others, `m` for "maybe". */
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
}

const CLASS_NAMES = 'class_names';

/**
 * Writes samples as an Arrow table with the columns `sample`, `file`, `task`, `class`, `label` and `split`. The names of
 * the classes are in the metadata of the schema, as JSON.
 */
export function writeSamples(path: string, { samples, classNames }: SampleTable): Promise<void> {
  const columnsOfSamples = {
    sample: int32Column(Int32Array.from(samples.keys())),
    file: textColumn(samples.map(({ file }) => file)),
    task: textColumn(samples.map(({ task }) => task)),
    class: uint8Column(Uint8Array.from(samples, ({ classIndex }) => classIndex)),
    label: textColumn(samples.map(({ label }) => label)),
    split: textColumn(samples.map(({ split }) => split)),
  };
  return writeArrowTable(path, columnsOfSamples, {
    ...(classNames.size > 0 && { [CLASS_NAMES]: JSON.stringify(Object.fromEntries(classNames)) }),
  });
}

/** Reads the samples that `writeSamples` wrote, in their order. */
export async function readSamples(path: string): Promise<Result<SampleTable>> {
  const table = await readArrowTable(path, columns);
  if (!table.ok) return table;
  // Read column by column: the row objects of apache-arrow look up each of their values.
  const column = <Name extends keyof typeof columns>(name: Name) => [...(table.value.getChild(name) ?? [])];
  const [files, tasks, labels, splits] = [column('file'), column('task'), column('label'), column('split')];
  const samples = column('class').map((classIndex, row) => ({
    file: files[row] ?? '',
    task: tasks[row] ?? '',
    classIndex: classIndex ?? 0,
    label: labels[row] ?? '',
    split: splitNamed(splits[row] ?? ''),
  }));
  return success({ samples, classNames: parseClassNames(table.value.schema.metadata.get(CLASS_NAMES)) });
}

/** Returns no names if the text does not say any. */
function parseClassNames(text = '{}'): ClassNames {
  const names: unknown = parseJson(text)?.value;
  const isList = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((name) => typeof name === 'string');
  return new Map(Object.entries(names ?? {}).flatMap(([task, list]) => (isList(list) ? [[task, list] as const] : [])));
}
