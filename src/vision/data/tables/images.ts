import { Utf8 } from 'apache-arrow';
import { type Result, success } from '../../../shared/problem.ts';
import { textColumn, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';

/**
 * Writes the distinct paths of images, sorted, as an Arrow table with the column `file`. Labels and shuffling do not change
 * this file, so the stages that read the images stay cached when a label changes.
 */
export function writeImages(path: string, files: Iterable<string>): Promise<void> {
  return writeArrowTable(path, { file: textColumn([...new Set(files)].sort()) });
}

/** Reads the paths of the images, relative to the data set's root. */
export async function readImages(path: string): Promise<Result<readonly string[]>> {
  const table = await readArrowTable(path, { file: new Utf8() });
  return table.ok ? success(Array.from(table.value, ({ file }) => file)) : table;
}
