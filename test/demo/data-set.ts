import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** One row of `label.csv`, `question.csv` or `answers.csv`. */
export interface Row {
  readonly file: string;
  readonly task: string;
  readonly label: string;
}

function fields(root: string, file: string): string[][] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split(','));
}

export const rows = (root: string, file: string): Row[] =>
  fields(root, file).map(([picture = '', task = '', label = '']) => ({ file: picture, task, label }));

export const classTable = (root: string): string[][] => fields(root, 'Annotations/classes.csv');

/** Returns an empty folder for all tests of a block, which is deleted after the last of them. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-garments-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
