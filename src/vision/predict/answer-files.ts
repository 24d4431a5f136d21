import { open } from 'node:fs/promises';
import path from 'node:path';
import { Field, Float32, List, Schema, type TypeMap, Utf8 } from 'apache-arrow';
import { csvLine } from '../../shared/text/csv.ts';
import { createArrowFile, float32Column, float32ListColumn, textColumn } from '../data/tables/arrow-file.ts';
import { kindOf } from '../data/tables/label-kind.ts';
import type { HeadTask } from '../heads/head.ts';
import { mostProbable } from '../heads/most-probable.ts';
import type { ImageAnswer } from './image-answers.ts';
import { decimals, LIST_SEPARATOR, probabilityList } from './prediction-line.ts';
import { answerJson, type TaskAnswer } from './task-answer.ts';

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
  if (format === 'jsonl') return linesFile(file, jsonLines);
  const hasNumbers = tasks.some(isOfNumbers);
  return linesFile(file, csvLines(hasNumbers), csvLine([...COLUMNS, ...(hasNumbers ? ['numbers'] : [])]));
}

const COLUMNS = ['file', 'task', 'class', 'probability', 'probabilities'];

/** Returns how an answer is written in a row of a table. */
function cellsOf(answer: TaskAnswer) {
  if (answer.kind === 'numbers')
    return { class: '', probability: '', probabilities: '', numbers: answer.numbers.join(LIST_SEPARATOR) };
  const { kind, probabilities: values } = answer;
  const probabilities = (kind === 'classes' ? decimals : probabilityList)(values);
  return {
    class: namesOf(answer),
    // As it stands in the list, where the sum of those of one class is 1.
    probability: probabilities.split(LIST_SEPARATOR)[mostProbable(values)] ?? '',
    probabilities,
    numbers: '',
  };
}

function namesOf(answer: TaskAnswer): string {
  if (answer.kind === 'numbers') return '';
  return answer.kind === 'classes' ? answer.answered.join(LIST_SEPARATOR) : answer.class;
}

/** Returns a function that writes the lines of an image. */
function csvLines(hasNumbers: boolean) {
  return ({ file, answers }: ImageAnswer): string =>
    answers
      .map((answer) => {
        const { class: names, probability, probabilities, numbers } = cellsOf(answer);
        return csvLine([file, answer.task, names, probability, probabilities, ...(hasNumbers ? [numbers] : [])]);
      })
      .join('');
}

function jsonLines({ file, answers }: ImageAnswer): string {
  const tasks = Object.fromEntries(answers.map((answer) => [answer.task, answerJson(answer)]));
  return `${JSON.stringify({ file, tasks })}\n`;
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
  const list = () => new List(new Field('item', new Float32(), false));
  const hasNumbers = tasks.some(isOfNumbers);
  const fields = [
    new Field('file', new Utf8(), false),
    new Field('task', new Utf8(), false),
    new Field('class', new Utf8(), false),
    new Field('probability', new Float32(), false),
    new Field('probabilities', list(), false),
    ...(hasNumbers ? [new Field('numbers', list(), false)] : []),
  ];
  const arrow = await createArrowFile(file, new Schema<TypeMap>(fields, new Map([['tasks', JSON.stringify(tasks)]])));
  return {
    async write(images) {
      const rows = images.flatMap(({ file: image, answers }) => answers.map((answer) => ({ image, answer })));
      const probabilities = rows.map(({ answer }) =>
        answer.kind === 'numbers' ? new Float32Array() : answer.probabilities,
      );
      await arrow.write([
        textColumn(rows.map(({ image }) => image)),
        textColumn(rows.map(({ answer }) => answer.task)),
        textColumn(rows.map(({ answer }) => namesOf(answer))),
        float32Column(Float32Array.from(probabilities, (each) => each[mostProbable(each)] ?? Number.NaN)),
        float32ListColumn(probabilities),
        ...(hasNumbers ? [float32ListColumn(rows.map(({ answer }) => numbersOf(answer)))] : []),
      ]);
    },
    async close() {
      await arrow.close();
    },
  };
}

function numbersOf(answer: TaskAnswer): Float32Array {
  return Float32Array.from(answer.kind === 'numbers' ? answer.numbers : []);
}

function isOfNumbers(task: HeadTask): boolean {
  return kindOf(task) === 'numbers';
}
