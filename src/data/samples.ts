import { Int32, Uint8, Utf8 } from 'apache-arrow';
import { type Result, success } from '../problem.ts';
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
  return success(
    Array.from(table.value, ({ file, task, class: classIndex, label, split }) => ({
      file,
      task,
      classIndex,
      label,
      split: splitNamed(split),
    })),
  );
}
