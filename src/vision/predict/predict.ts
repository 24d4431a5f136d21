import { open } from 'node:fs/promises';
import { badInput, type CollectedArtifact, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Fit } from '../data/images/resizing.ts';
import type { Quarantined } from '../data/shards/quarantine.ts';
import { kindOf } from '../data/tables/label-kind.ts';
import { type Question, readQuestions } from '../data/tables/questions.ts';
import { checkedAnswer } from '../heads/checked-answer.ts';
import { describeTasks } from '../heads/describe-tasks.ts';
import { headProblems } from '../heads/invalid-head.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import { withMemoryAdvice } from '../tensorflow/out-of-memory.ts';
import { loadEnsemble } from './ensemble.ts';
import { type GivenModel, readGivenModels } from './given-models.ts';
import type { ModelOptions } from './model-params.ts';
import { checkImages, type PredictImagesOptions, predictImages } from './predict-images.ts';
import { predictionLine } from './prediction-line.ts';

export interface PredictPaths {
  /** Input: the file of the questions. */
  readonly questions: string;
  /** Input: the folder of the data set, which the questions' paths are relative to. */
  readonly dataset: string;
  /** Input: the directories of saved models. */
  readonly models: readonly CollectedArtifact[];
  /** Output: a CSV file. */
  readonly predictions: string;
}

export interface PredictOptions
  extends ModelOptions,
    Pick<PredictImagesOptions, 'onBadImage' | 'signal' | 'onProgress'> {
  /** If given, the `fit` that the models have to have been trained with. */
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
 * @returns the quarantined images; a `bad-input` failure if a question's image cannot be decoded or the models do not
 *   have its task; a `failed` one if TensorFlow cannot be loaded or memory is exhausted.
 * @throws the signal's reason if it is aborted.
 */
export function predict(paths: PredictPaths, options: PredictOptions): Promise<Result<Predicted, StageFailure>> {
  return withCheckedCode(headProblems(options.heads), () => predictQuestions(paths, options));
}

async function predictQuestions(
  paths: PredictPaths,
  options: PredictOptions,
): Promise<Result<Predicted, StageFailure>> {
  const questions = await readQuestions(paths.questions);
  if (!questions.ok) return failure(badInput(questions.failure));
  const models = await readGivenModels(paths.models, options);
  if (!models.ok) return failure(badInput(models.failure));
  const problems = [
    ...unknownTasks(questions.value, models.value[0], paths.questions),
    ...models.value.flatMap((model) => anotherFit(options.fit, model)),
  ];
  if (problems.length > 0) return failure(badInput(problems));
  const files = questions.value.map(({ file }) => file);
  const bad = options.onBadImage === 'fail' ? await checkImages(files, { ...options, root: paths.dataset }) : [];
  if (bad.length > 0) return failure(badInput(bad));
  return withMemoryAdvice(options.batchSize, () => answer(questions.value, models.value, paths, options));
}

/** Writes the answers as they come, so that no more than a batch of them is in memory. */
async function answer(
  questions: readonly Question[],
  models: readonly [GivenModel, ...GivenModel[]],
  paths: PredictPaths,
  options: PredictOptions,
): Promise<Result<Predicted, StageFailure>> {
  const file = await open(paths.predictions, 'w');
  const quarantined = new Map<string, string>();
  let lines = 0;
  try {
    if (questions.length > 0) {
      const ensemble = await loadEnsemble(models, questions.length, options);
      if (!ensemble.ok) return ensemble;
      const { layout } = ensemble.value;
      const files = questions.map((question) => question.file);
      let done = 0;
      for await (const batch of predictImages(files, { ...options, ensemble: ensemble.value, root: paths.dataset })) {
        if (!batch.ok) return failure(badInput(batch.failure));
        for (const [index, predicted] of batch.value.entries()) {
          const question = questions[done + index];
          if (question === undefined) continue;
          if (!predicted.ok) {
            quarantined.set(question.file, predicted.failure.map(({ message }) => message).join('; '));
            continue;
          }
          const asked = layout.heads.find(({ task }) => task.name === question.task);
          if (asked === undefined) continue;
          await file.write(predictionLine(question, checkedAnswer(asked, predicted.value, layout), kindOf(asked.task)));
          lines += 1;
        }
        done += batch.value.length;
      }
      await ensemble.value.dispose();
    }
    // The engine treats an empty output file as missing.
    if (lines === 0) await file.write('\n');
  } finally {
    await file.close();
  }
  return success({ quarantined: Array.from(quarantined, ([name, reason]) => ({ file: name, reason })) });
}

function anotherFit(fit: Fit | undefined, { facts, directory }: GivenModel): Problem[] {
  if (fit === undefined || fit === facts.fit) return [];
  return [
    {
      message: `the model was trained on images with fit: ${facts.fit}, but the param "fit" is "${fit}"`,
      at: { file: directory },
      advice: 'Remove the param "fit": images are resized as those that the model was trained on.',
    },
  ];
}

function unknownTasks(questions: readonly Question[], { facts: { tasks } }: GivenModel, file: string): Problem[] {
  const known = new Set(tasks.map(({ name }) => name));
  const unknown = new Set(questions.map(({ task }) => task).filter((task) => !known.has(task)));
  return [...unknown].map((task) => ({
    message: `a question asks for the task "${task}", which the model does not have`,
    at: { file },
    advice: `The model has the tasks ${describeTasks(tasks)}. Train it on samples of this task, or remove the question.`,
  }));
}
