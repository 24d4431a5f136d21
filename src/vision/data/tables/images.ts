import { Utf8 } from 'apache-arrow';
import { type Result, success } from '../../../shared/problem.ts';
import { textColumn, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';

/**
 * Writes each distinct image once, sorted by path: neither a label nor the shuffle changes this file, so what is made of
 * the images stays cached when they change.
 */
export function writeImages(path: string, files: Iterable<string>): Promise<void> {
  return writeArrowTable(path, { file: textColumn([...new Set(files)].sort()) });
}

/** The images' paths below the data set's root. */
export async function readImages(path: string): Promise<Result<readonly string[]>> {
  const table = await readArrowTable(path, { file: new Utf8() });
  return table.ok ? success(Array.from(table.value, ({ file }) => file)) : table;
}
