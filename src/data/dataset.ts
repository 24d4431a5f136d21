import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Problem, type Result, success } from '../problem.ts';
import { parseCsv } from './csv.ts';
import { checkLabelRows, type LabelRow } from './label-rows.ts';
import { missingImages } from './missing-images.ts';
import { checkQuestionRows, type QuestionRow } from './question-rows.ts';
import { taskOfLabelName } from './task.ts';
import { isMissing, reasonOf } from './wording.ts';

/** Where a data set in FashionAI's layout lies. The files' paths start at its root. */
export interface DatasetPlaces {
  readonly root: string;
  readonly annotations: string;
  readonly questions: string;
  /** Whether a missing question file is a problem. */
  readonly questionsRequired: boolean;
}

export interface Dataset {
  readonly labels: readonly LabelRow[];
  /** Undefined without a question file. */
  readonly questions: readonly QuestionRow[] | undefined;
}

/** Reads and checks a data set. All that is wrong with it is found in one pass. */
export async function readDataset(places: DatasetPlaces): Promise<Result<Dataset>> {
  const { labels, tasks, problems: labelProblems } = await readLabelFile(places);
  const { questions, problems: questionProblems } = await readQuestionFile(places, tasks);
  const problems = [...labelProblems, ...questionProblems];
  return problems.length > 0 ? failure(problems) : success({ labels, questions });
}

interface CheckedLabels {
  readonly labels: readonly LabelRow[];
  /** The tasks that any row names, be it right or wrong. */
  readonly tasks: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

async function readLabelFile({ root, annotations }: DatasetPlaces): Promise<CheckedLabels> {
  const file = path.join(root, annotations);
  const unusable = (message: string, advice: string) => ({
    labels: [],
    tasks: new Set<string>(),
    problems: [{ message, at: { file }, advice }],
  });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return unusable(
      `cannot read the label file: ${reasonOf(error)}`,
      'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.',
    );
  }
  const csv = parseCsv(text, file);
  if (csv.rows.length === 0 && csv.problems.length === 0) {
    const example = 'Images/1.jpg,coat_length_labels,nnyn';
    return unusable('the label file is empty', `Write a row «file name,task,label» for each sample: ${example}`);
  }
  const { labels, problems } = checkLabelRows(csv.rows, file);
  return {
    labels,
    tasks: new Set(csv.rows.flatMap(({ fields: [, labelName] }) => (labelName ? taskOfLabelName(labelName) : []))),
    problems: [...csv.problems, ...problems, ...(await missingImages(root, labels, file))],
  };
}

interface CheckedQuestions {
  readonly questions: readonly QuestionRow[] | undefined;
  readonly problems: readonly Problem[];
}

async function readQuestionFile(places: DatasetPlaces, tasks: ReadonlySet<string>): Promise<CheckedQuestions> {
  const { root, questions: name, questionsRequired } = places;
  const file = path.join(root, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error) && !questionsRequired) return { questions: undefined, problems: [] };
    const message = `cannot read the question file: ${reasonOf(error)}`;
    const advice = 'Point the param «questions» at the question file; its path starts at the folder of the data set.';
    return { questions: undefined, problems: [{ message, at: { file }, advice }] };
  }
  const csv = parseCsv(text, file);
  const { questions, problems } = checkQuestionRows(csv.rows, file, tasks);
  return { questions, problems: [...csv.problems, ...problems, ...(await missingImages(root, questions, file))] };
}
