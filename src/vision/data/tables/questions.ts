import { Utf8 } from 'apache-arrow';
import { type Result, success } from '../../../shared/problem.ts';
import { textColumn, writeArrowTable } from './arrow-file.ts';
import { readArrowTable } from './arrow-table.ts';

/** A row of the question file in FashionAI's layout: an image and the task whose class is asked for. */
export interface Question {
  /** Path of the image relative to the data set's root, with `/`. */
  readonly file: string;
  /** The name of the task as the question file writes it, such as `coat_length_labels`. */
  readonly labelName: string;
  readonly task: string;
}

/** Writes the questions as an Arrow table, in the order of the question file, which is also that of the answers. */
export function writeQuestions(path: string, questions: readonly Question[]): Promise<void> {
  return writeArrowTable(path, {
    file: textColumn(questions.map(({ file }) => file)),
    label_name: textColumn(questions.map(({ labelName }) => labelName)),
    task: textColumn(questions.map(({ task }) => task)),
  });
}

/** Reads the questions that `writeQuestions` wrote, in their order. */
export async function readQuestions(path: string): Promise<Result<readonly Question[]>> {
  const table = await readArrowTable(path, { file: new Utf8(), label_name: new Utf8(), task: new Utf8() });
  if (!table.ok) return table;
  return success(Array.from(table.value, ({ file, label_name: labelName, task }) => ({ file, labelName, task })));
}
