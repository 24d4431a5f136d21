import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from './samples.ts';
import { TASKS } from './tasks.ts';

const column = ({ task }: Sample) => `${task.name}_labels`;

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.join(',')}\n`).join('');

/** Creates the folders and the CSV files of a data set in FashionAI's layout, without the images. */
export async function writeTables(
  directory: string,
  labelled: readonly Sample[],
  questions: readonly Sample[],
): Promise<void> {
  const folders = TASKS.flatMap(({ name }) => [`Images/${name}_labels`, `Tests/Images/${name}_labels`]);
  for (const folder of ['Annotations', 'Tests', ...folders]) await mkdir(join(directory, folder), { recursive: true });
  const tables = {
    'Annotations/label.csv': labelled.map((sample) => [sample.file, column(sample), sample.label]),
    'Annotations/classes.csv': TASKS.flatMap(({ name, classes }) =>
      classes.map((title, position) => [`${name}_labels`, position, title]),
    ),
    'Tests/question.csv': questions.map((sample) => [sample.file, column(sample), '?']),
    'Tests/answers.csv': questions.map((sample) => [sample.file, column(sample), sample.label]),
  };
  for (const [file, rows] of Object.entries(tables)) await writeFile(join(directory, file), csv(rows));
}
