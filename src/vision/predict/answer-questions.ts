import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Progress } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { checkImage, type DecodedImage, decodeImage } from '../data/images/decode.ts';
import { type ImageReader, imageReader } from '../data/images/image-file.ts';
import { type OnBadImage, QUARANTINE_ADVICE } from '../data/images/load-image.ts';
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
  /** Whether a question whose image cannot be decoded is a failure, or is left unanswered. */
  readonly onBadImage: OnBadImage;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** The probability of each class of a question's task, or why its image cannot be decoded. */
export type Answer = Result<readonly number[]>;

/**
 * Checks the questions' images without decoding them, so that most broken ones are found before any time is spent on the
 * others.
 *
 * @returns the problems of the images.
 */
export async function checkQuestions(
  questions: readonly Question[],
  { root, signal }: Pick<AnswerOptions, 'root' | 'signal'>,
): Promise<readonly Problem[]> {
  const files = [...new Set(questions.map(({ file }) => file))];
  const read = imageReader(root);
  const checked = Readable.from(files).map((file: string) => withImage(root, file, read, checkImage), {
    concurrency,
    signal,
  });
  const problems: Problem[] = [];
  for await (const result of checked as AsyncIterable<Result<void>>) if (!result.ok) problems.push(...result.failure);
  return problems;
}

// More images in flight than cores, so that images are decoded while the model runs.
const concurrency = Math.max(4, 2 * availableParallelism());

/**
 * Decodes the questions' images and runs the model on them, batch by batch.
 *
 * @returns the answers in the order of the questions, or the problems of the first batch with broken images, unless these
 *   are left unanswered.
 * @throws the signal's reason if it is aborted.
 */
export async function answerQuestions(
  questions: readonly Question[],
  options: AnswerOptions,
): Promise<Result<readonly Answer[]>> {
  const { facts, root, batchSize, onBadImage, signal, onProgress } = options;
  const read = imageReader(root);
  const decode = ({ file }: Question) => withImage(root, file, read, (bytes) => decodeImage(bytes, facts));
  const images: AsyncIterable<Result<DecodedImage>> = Readable.from(questions).map(decode, { concurrency, signal });
  const answers: Answer[] = [];
  const waiting: Result<DecodedImage>[] = [];
  for await (const image of images) {
    waiting.push(image);
    const done = answers.length + waiting.length;
    if (waiting.length < batchSize && done < questions.length) continue;
    const broken = waiting.flatMap((each) => (each.ok ? [] : each.failure));
    if (broken.length > 0 && onBadImage === 'fail') return failure(badImageProblems(broken));
    answers.push(...(await answerBatch(options, questions.slice(answers.length, done), waiting)));
    waiting.length = 0;
    onProgress({ done, total: questions.length, unit: 'images' });
  }
  return success(answers);
}

/** Reads an image of the data set and passes its bytes to `use`. */
async function withImage<Value>(
  root: string,
  file: string,
  read: ImageReader,
  use: (bytes: Buffer) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const source = await read(file);
  if (!source.ok) return source;
  const result = await use(source.value);
  // The decoder knows only the bytes.
  return result.ok
    ? result
    : failure(result.failure.map((found) => ({ ...found, at: { file: path.join(root, file) } })));
}

/** Returns the problems of images, each image once, and adds that such images can be excluded. */
export function badImageProblems(problems: readonly Problem[]): readonly Problem[] {
  const distinct = new Map(problems.map((found) => [found.at?.file, found]));
  return limitProblems(
    [...distinct.values()].map((found) => ({ ...found, advice: `${found.advice ?? ''} ${QUARANTINE_ADVICE}`.trim() })),
    'images like these',
  );
}

async function answerBatch(
  { predictor, facts }: AnswerOptions,
  questions: readonly Question[],
  images: readonly Result<DecodedImage>[],
): Promise<Answer[]> {
  const { totalClasses, offsets } = headLayout(facts.tasks);
  // A broken image keeps its place.
  const blank = new Uint8Array(facts.height * facts.width * 3);
  const pixels = images.map((image) => (image.ok ? image.value.pixels : blank));
  const probabilities = await predictor.probabilities(Buffer.concat(pixels), pixels.length);
  return questions.map(({ task: name }, row) => {
    const image = images[row];
    if (image?.ok === false) return image;
    const task = facts.tasks.findIndex((candidate) => candidate.name === name);
    const begin = row * totalClasses + (offsets[task] ?? 0);
    return success(Array.from(probabilities.subarray(begin, begin + (facts.tasks[task]?.classes ?? 0))));
  });
}
