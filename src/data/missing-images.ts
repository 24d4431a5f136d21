import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../problem.ts';
import { someProblems } from './some-problems.ts';
import { counted, reasonOf } from './wording.ts';

interface NamingRow {
  readonly line: number;
  readonly file: string;
}

/** Finds the rows of `csv` that name an image that is not there. Lists each folder once instead of asking for each file. */
export async function missingImages(
  root: string,
  rows: readonly NamingRow[],
  csv: string,
): Promise<readonly Problem[]> {
  const rowsByFolder = new Map<string, NamingRow[]>();
  for (const row of rows) {
    const folder = path.posix.dirname(row.file);
    const siblings = rowsByFolder.get(folder);
    if (siblings === undefined) rowsByFolder.set(folder, [row]);
    else siblings.push(row);
  }
  const missing = await Promise.all(
    Array.from(rowsByFolder, ([folder, within]) => missingIn(root, folder, within, csv)),
  );
  const problems = missing.flat().sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0));
  return someProblems(problems, 'images or folders that are not there');
}

async function missingIn(root: string, folder: string, rows: readonly NamingRow[], csv: string): Promise<Problem[]> {
  let names: Set<string>;
  try {
    names = new Set(await readdir(path.join(root, folder)));
  } catch (error) {
    const [first] = rows;
    const at = { file: csv, ...(first && { line: first.line }) };
    const message = `cannot look into ${folder} for the images of ${counted(rows.length, 'row')}: ${reasonOf(error)}`;
    return [{ message, at, advice: `Put them into ${path.join(root, folder)}, or take the rows out.` }];
  }
  return rows
    .filter(({ file }) => !names.has(path.posix.basename(file)))
    .map(({ line, file }) => ({
      message: `there is no image ${file}`,
      at: { file: csv, line },
      advice: `Put it at ${path.join(root, file)}, or take the row out.`,
    }));
}
