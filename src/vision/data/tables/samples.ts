import { Int32, Uint8, Utf8 } from 'apache-arrow';
import { type Result, success } from '../../../shared/problem.ts';
import { int32Column, textColumn, uint8Column, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';
import { type Split, splitNamed } from './task.ts';

/** One row of the label file. Its id is its position in the seeded shuffle. */
export interface Sample {
  /** Path of the image below the data set's root, with `/`. */
  readonly file: string;
  readonly task: string;
  readonly classIndex: number;
  /** One character a class, `y` at the true one. */
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

export async function readSamples(path: string): Promise<Result<readonly Sample[]>> {
  const table = await readArrowTable(path, columns);
  if (!table.ok) return table;
  // By column: a row of apache-arrow's is an object that looks each of its values up.
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
