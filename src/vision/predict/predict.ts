import { writeFile } from 'node:fs/promises';
import { badInput, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Fit } from '../data/images/resizing.ts';
import type { Quarantined } from '../data/shards/quarantine.ts';
import { type Question, readQuestions } from '../data/tables/questions.ts';
import { type ModelFacts, readModelFacts } from '../models/saved-model.ts';
import { withMemoryAdvice } from '../tensorflow/out-of-memory.ts';
import { describeTasks } from '../train/start/starting-point.ts';
import {
  type Answer,
  type AnswerOptions,
  answerQuestions,
  badImageProblems,
  checkQuestions,
} from './answer-questions.ts';
import { loadPredictor, type PredictorOptions } from './load-predictor.ts';
import { predictionLine } from './prediction-line.ts';

export interface PredictPaths {
  /** Input: the file of the questions. */
  readonly questions: string;
  /** Input: the folder of the data set, which the questions' paths are relative to. */
  readonly dataset: string;
  /** Input: the directory of a saved model. */
  readonly model: string;
  /** Output: a CSV file. */
  readonly predictions: string;
}

export interface PredictOptions extends PredictorOptions, Pick<AnswerOptions, 'onBadImage' | 'signal' | 'onProgress'> {
  /** If given, the `fit` that the model has to have been trained with. */
  readonly fit?: Fit | undefined;
}

export interface Predicted {
  /** The images whose questions have no answer, with the reasons. */
  readonly quarantined: readonly Pick<Quarantined, 'file' | 'reason'>[];
}

/**
 * Predicts the class probabilities for each question and writes them, in the order of the questions, as a CSV file in
 * the submission format of the FashionAI challenge. Questions whose images are quarantined have no line.
 *
 * @returns the quarantined images; a `bad-input` failure if a question's image cannot be decoded or the model does not
 *   have its task; a `failed` one if TensorFlow cannot be loaded or memory is exhausted.
 * @throws the signal's reason if it is aborted.
 */
export async function predict(paths: PredictPaths, options: PredictOptions): Promise<Result<Predicted, StageFailure>> {
  const questions = await readQuestions(paths.questions);
  if (!questions.ok) return failure(badInput(questions.failure));
  const facts = await readModelFacts(paths.model);
  if (!facts.ok) return failure(badInput(facts.failure));
  if (questions.value.length === 0) {
    // The engine treats an empty output file as missing.
    await writeFile(paths.predictions, '\n');
    return success({ quarantined: [] });
  }
  const problems = [
    ...unknownTasks(questions.value, facts.value, paths.questions),
    ...anotherFit(options.fit, facts.value, paths.model),
  ];
  if (problems.length > 0) return failure(badInput(problems));

  const { onBadImage, signal } = options;
  const bad = onBadImage === 'fail' ? await checkQuestions(questions.value, { root: paths.dataset, signal }) : [];
  if (bad.length > 0) return failure(badInput(badImageProblems(bad)));
  const answers = await withMemoryAdvice(options.batchSize, () => answer(questions.value, facts.value, paths, options));
  if (!answers.ok) return answers;
  const quarantined = new Map<string, string>();
  const lines = questions.value.flatMap((question, index) => {
    const answer = answers.value[index];
    if (answer?.ok) return [predictionLine(question, answer.value)];
    quarantined.set(question.file, (answer?.failure ?? []).map(({ message }) => message).join('; '));
    return [];
  });
  await writeFile(paths.predictions, lines.join('') || '\n');
  return success({ quarantined: Array.from(quarantined, ([file, reason]) => ({ file, reason })) });
}

async function answer(
  questions: readonly Question[],
  facts: ModelFacts,
  paths: PredictPaths,
  options: PredictOptions,
): Promise<Result<readonly Answer[], StageFailure>> {
  const predictor = await loadPredictor(paths.model, facts, questions.length, options);
  if (!predictor.ok) return predictor;
  const root = paths.dataset;
  const answers = await answerQuestions(questions, { ...options, predictor: predictor.value, facts, root });
  await predictor.value.dispose();
  return answers.ok ? answers : failure(badInput(answers.failure));
}

function anotherFit(fit: Fit | undefined, facts: ModelFacts, file: string): Problem[] {
  if (fit === undefined || fit === facts.fit) return [];
  return [
    {
      message: `the model was trained on images with fit: ${facts.fit}, but the param "fit" is "${fit}"`,
      at: { file },
      advice: 'Remove the param "fit": images are resized as those that the model was trained on.',
    },
  ];
}

function unknownTasks(questions: readonly Question[], { tasks }: ModelFacts, file: string): Problem[] {
  const known = new Set(tasks.map(({ name }) => name));
  const unknown = new Set(questions.map(({ task }) => task).filter((task) => !known.has(task)));
  return [...unknown].map((task) => ({
    message: `a question asks for the task "${task}", which the model does not have`,
    at: { file },
    advice: `The model has the tasks ${describeTasks(tasks)}. Train it on samples of this task, or remove the question.`,
  }));
}
