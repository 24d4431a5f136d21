import { Int32, Uint8, Utf8 } from 'apache-arrow';
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

/** Writes samples as an Arrow table with the columns `sample`, `file`, `task`, `class`, `label` and `split`. */
export function writeSamples(path: string, samples: readonly Sample[]): Promise<void> {
  return writeArrowTable(path, {
    sample: int32Column(Int32Array.from(samples.keys())),
    file: textColumn(samples.map(({ file }) => file)),
    task: textColumn(samples.map(({ task }) => task)),
    class: uint8Column(Uint8Array.from(samples, ({ classIndex }) => classIndex)),
    label: textColumn(samples.map(({ label }) => label)),
    split: textColumn(samples.map(({ split }) => split)),
  });
}

/** Reads the samples that `writeSamples` wrote, in their order. */
export async function readSamples(path: string): Promise<Result<readonly Sample[]>> {
  const table = await readArrowTable(path, columns);
  if (!table.ok) return table;
  // Read column by column: the row objects of apache-arrow look up each of their values.
  const column = <Name extends keyof typeof columns>(name: Name) => [...(table.value.getChild(name) ?? [])];
  const [files, tasks, labels, splits] = [column('file'), column('task'), column('label'), column('split')];
  return success(
    column('class').map((classIndex, row) => ({
      file: files[row] ?? '',
      task: tasks[row] ?? '',
      classIndex: classIndex ?? 0,
      label: labels[row] ?? '',
      split: splitNamed(splits[row] ?? ''),
    })),
  );
}
