import { parseArgs } from 'node:util';
import { failure, type Problem, problem, type Result, success } from '../shared/problem.ts';
import { MIN_IMAGES } from './draw-garments.ts';

const DEFAULTS = { out: 'data/garments', images: '2400', seed: '2018' };

export const USAGE = `Usage: draw-garments [--out DIR] [--images COUNT] [--questions COUNT] [--seed NUMBER]

Draws a small data set in the layout of the FashionAI attribute challenge.

  --out DIR          output directory (default: ${DEFAULTS.out})
  --images COUNT     labelled images of all tasks, at least ${MIN_IMAGES} (default: ${DEFAULTS.images})
  --questions COUNT  unlabelled images to predict (default: a seventh of the labelled ones)
  --seed NUMBER      random seed; the same seed gives the same images (default: ${DEFAULTS.seed})
`;

export interface Arguments {
  readonly help: boolean;
  readonly directory: string;
  readonly images: number;
  readonly questions?: number;
  readonly seed: number;
}

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Parses the arguments of the command. */
export function readArguments(words: readonly string[]): Result<Arguments> {
  const parsed = parse(words);
  if (!parsed.ok) return parsed;
  const { out, help = false, ...counts } = { ...DEFAULTS, ...parsed.value };
  const wrong = Object.entries(counts)
    .filter(([, value]) => !WHOLE_NUMBER.test(value))
    .map(([name, value]): Problem => ({ message: `--${name} expects a whole number, got "${value}".` }));
  if (wrong.length > 0) return failure(wrong);
  const { images, seed, questions } = counts;
  return success({
    help,
    directory: out,
    images: Number(images),
    seed: Number(seed),
    ...(questions === undefined ? {} : { questions: Number(questions) }),
  });
}

function parse(words: readonly string[]) {
  const value = { type: 'string' } as const;
  const flag = { type: 'boolean', short: 'h' } as const;
  const options = { out: value, images: value, questions: value, seed: value, help: flag };
  try {
    return success(parseArgs({ args: [...words], options }).values);
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
}
