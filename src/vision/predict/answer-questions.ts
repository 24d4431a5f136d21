import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Progress } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { type DecodedImage, decodeImage } from '../data/images/decode.ts';
import { limitProblems } from '../data/labels/limit-problems.ts';
import type { Question } from '../data/tables/questions.ts';
import type { ModelFacts } from '../models/saved-model.ts';
import { headLayout } from '../train/step/target-masks.ts';
import type { Predictor } from './predictor.ts';

export interface AnswerOptions {
  readonly predictor: Predictor;
  readonly facts: ModelFacts;
  /** The folder that the questions' paths are relative to. */
  readonly root: string;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** The probability of each class of a question's task. */
export type Answer = readonly number[];

/**
 * Decodes the questions' images and runs the model on them, batch by batch.
 *
 * @returns the answers in the order of the questions, or the problems of all images that cannot be decoded.
 * @throws the signal's reason if it is aborted.
 */
export async function answerQuestions(
  questions: readonly Question[],
  options: AnswerOptions,
): Promise<Result<readonly Answer[]>> {
  const { facts, root, batchSize, signal, onProgress } = options;
  const decode = ({ file }: Question) => decodeImage(path.join(root, file), facts);
  // More images in flight than cores, so that images are decoded while the model runs.
  const concurrency = Math.max(4, 2 * availableParallelism());
  const images: AsyncIterable<Result<DecodedImage>> = Readable.from(questions).map(decode, { concurrency, signal });
  const broken: Problem[] = [];
  const answers: Answer[] = [];
  const waiting: Uint8Array[] = [];
  let done = 0;
  for await (const image of images) {
    done += 1;
    if (image.ok) waiting.push(image.value.pixels);
    else broken.push(...image.failure);
    if (done % batchSize !== 0 && done !== questions.length) continue;
    if (broken.length === 0) answers.push(...answerBatch(options, questions.slice(answers.length, done), waiting));
    waiting.length = 0;
    onProgress({ done, total: questions.length, unit: 'images' });
  }
  return broken.length > 0 ? failure(limitProblems(broken, 'images like these')) : success(answers);
}

function answerBatch(
  { predictor, facts }: AnswerOptions,
  questions: readonly Question[],
  images: readonly Uint8Array[],
): Answer[] {
  const { totalClasses, offsets } = headLayout(facts.tasks);
  const probabilities = predictor.probabilities(Buffer.concat(images), images.length);
  return questions.map(({ task: name }, row) => {
    const task = facts.tasks.findIndex((candidate) => candidate.name === name);
    const begin = row * totalClasses + (offsets[task] ?? 0);
    return Array.from(probabilities.subarray(begin, begin + (facts.tasks[task]?.classes ?? 0)));
  });
}
