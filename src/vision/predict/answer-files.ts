import { open } from 'node:fs/promises';
import path from 'node:path';
import { Field, Float32, List, Schema, Utf8 } from 'apache-arrow';
import { csvLine } from '../../shared/text/csv.ts';
import { createArrowFile, float32Column, float32ListColumn, textColumn } from '../data/tables/arrow-file.ts';
import type { HeadTask } from '../heads/head.ts';
import type { ImageAnswer } from './image-answers.ts';
import { probabilityList } from './prediction-line.ts';

/**
 * How the answers about a folder of images are written. `csv`: a row for each image and task. `jsonl`: an object for each
 * image. `arrow`: the rows of the CSV file as an Arrow IPC file.
 */
export const ANSWER_FORMATS = ['csv', 'jsonl', 'arrow'] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

/** A file that grows batch by batch, so that no more than a batch is in memory. */
export interface AnswerFile {
  write(answers: readonly ImageAnswer[]): Promise<void>;
  close(): Promise<void>;
}

/** Creates `predictions.csv`, `predictions.jsonl` or `predictions.arrow` in a folder. Throws the file system's error. */
export function createAnswerFile(
  folder: string,
  format: AnswerFormat,
  tasks: readonly HeadTask[],
): Promise<AnswerFile> {
  const file = path.join(folder, `predictions.${format}`);
  if (format === 'arrow') return arrowFile(file, tasks);
  return format === 'csv' ? linesFile(file, csvLines, CSV_HEADER) : linesFile(file, jsonLines);
}

const CSV_HEADER = csvLine(['file', 'task', 'class', 'probability', 'probabilities']);

function csvLines({ file, answers }: ImageAnswer): string {
  return answers
    .map(({ task, class: name, probabilities }) => {
      const list = probabilityList(probabilities);
      // As it stands in the list, where the sum of all is 1.
      const largest = list.split(';')[probabilities.indexOf(Math.max(...probabilities))] ?? '';
      return csvLine([file, task, name, largest, list]);
    })
    .join('');
}

function jsonLines({ file, answers }: ImageAnswer): string {
  const tasks = answers.map(({ task, class: name, classes, probabilities }) => [
    task,
    { class: name, probabilities: Object.fromEntries(classes.map((each, at) => [each, probabilities[at]])) },
  ]);
  return `${JSON.stringify({ file, tasks: Object.fromEntries(tasks) })}\n`;
}

async function linesFile(file: string, linesOf: (answer: ImageAnswer) => string, header?: string): Promise<AnswerFile> {
  const handle = await open(file, 'w');
  if (header !== undefined) await handle.write(header);
  return {
    async write(answers) {
      await handle.writeFile(answers.map(linesOf).join(''));
    },
    close: () => handle.close(),
  };
}

async function arrowFile(file: string, tasks: readonly HeadTask[]): Promise<AnswerFile> {
  const fields = [
    new Field('file', new Utf8(), false),
    new Field('task', new Utf8(), false),
    new Field('class', new Utf8(), false),
    new Field('probability', new Float32(), false),
    new Field('probabilities', new List(new Field('item', new Float32(), false)), false),
  ];
  const arrow = await createArrowFile(file, new Schema(fields, new Map([['tasks', JSON.stringify(tasks)]])));
  return {
    async write(images) {
      const rows = images.flatMap(({ file: image, answers }) => answers.map((answer) => ({ image, ...answer })));
      await arrow.write([
        textColumn(rows.map(({ image }) => image)),
        textColumn(rows.map(({ task }) => task)),
        textColumn(rows.map((row) => row.class)),
        float32Column(Float32Array.from(rows, ({ probabilities }) => Math.max(...probabilities))),
        float32ListColumn(rows.map(({ probabilities }) => probabilities)),
      ]);
    },
    async close() {
      await arrow.close();
    },
  };
}
