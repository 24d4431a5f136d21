import type { Problem } from '../problem.ts';
import type { CsvRow } from './csv.ts';
import { leadsOutOfDataset, pathInDataset } from './path-in-dataset.ts';
import type { Question } from './questions.ts';
import { someProblems } from './some-problems.ts';
import { taskOfLabelName } from './task.ts';
import { counted } from './wording.ts';

export interface QuestionRow extends Question {
  readonly line: number;
}

/**
 * Checks the rows of a question file, whose third field is of no account; `file` is for the problems. Without any
 * `tasks`, the tasks asked for go unchecked.
 */
export function checkQuestionRows(
  rows: readonly CsvRow[],
  file: string,
  tasks: ReadonlySet<string>,
): { questions: readonly QuestionRow[]; problems: readonly Problem[] } {
  const questions: QuestionRow[] = [];
  const problems: Problem[] = [];
  for (const { line, fields } of rows) {
    const question = questionRow(fields);
    const at = { file, line };
    if ('message' in question) {
      problems.push({ ...question, at });
    } else if (tasks.size > 0 && !tasks.has(question.task)) {
      const advice = `The tasks of the label file are ${[...tasks].sort().join(', ')}.`;
      problems.push({ message: `no sample has the task ${question.task} that is asked for`, at, advice });
    } else {
      questions.push({ line, ...question });
    }
  }
  return { questions, problems: someProblems(problems, 'questions that are wrong') };
}

/** The question, or what is wrong with it. */
function questionRow(fields: readonly string[]): Question | Problem {
  const [name, labelName] = fields;
  if (!name || !labelName || fields.length > 3) {
    const filled = fields.filter((field) => field !== '').length;
    return {
      message: `a row is «file name,task,?», but this one has ${counted(filled, 'field')}`,
      advice: 'Complete the row, or take it out.',
    };
  }
  const file = pathInDataset(name);
  if (file === undefined) return leadsOutOfDataset(name);
  return { file, labelName, task: taskOfLabelName(labelName) };
}
