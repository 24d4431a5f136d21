import { parseArgs } from 'node:util';
import { type Problem, problem, type Result, success } from '../problem.ts';
import { drawGarments, FEWEST_IMAGES } from './draw-garments.ts';

const USAGE = `Usage: draw-garments [--out DIR] [--images COUNT] [--questions COUNT] [--seed NUMBER]

  --out DIR          where the data set goes (data/garments)
  --images COUNT     labelled pictures over all tasks, at least ${FEWEST_IMAGES} (2400)
  --questions COUNT  pictures to be predicted (a seventh of the labelled ones)
  --seed NUMBER      the same seed gives the same pictures (2018)
`;

const DEFAULTS = { out: 'data/garments', images: '2400', seed: '2018' };

interface Arguments {
  readonly help: boolean;
  readonly directory: string;
  readonly images: number;
  readonly questions?: number;
  readonly seed: number;
}

function readArguments(words: readonly string[]): Result<Arguments> {
  const text = { type: 'string' } as const;
  const options = {
    out: text,
    images: text,
    questions: text,
    seed: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...words], options });
    const { out, images, seed, questions, help = false } = { ...DEFAULTS, ...values };
    const wrong = Object.entries({ images, seed, ...(questions === undefined ? {} : { questions }) })
      .filter(([, value]) => !/^\d{1,9}$/.test(value))
      .map(([name, value]): Problem => ({ message: `--${name} takes a whole number, not «${value}».` }));
    if (wrong.length > 0) return { ok: false, failure: wrong };
    return success({
      help,
      directory: out,
      images: Number(images),
      seed: Number(seed),
      ...(questions === undefined ? {} : { questions: Number(questions) }),
    });
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
}

function complain(problems: readonly Problem[]): void {
  for (const { message, advice } of problems) {
    process.stderr.write(`draw-garments: ${message}${advice === undefined ? '' : ` ${advice}`}\n`);
  }
}

/** Runs the command and tells its exit code: 2 for wrong arguments, 1 if the disk refuses, 130 if interrupted. */
async function main(words: readonly string[]): Promise<number> {
  const read = readArguments(words);
  if (!read.ok) {
    complain(read.failure);
    process.stderr.write(USAGE);
    return 2;
  }
  const { help, ...order } = read.value;
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const started = performance.now();
  const progress = (done: number, total: number) => {
    if (process.stdout.isTTY && done % 20 === 0) process.stdout.write(`\rDrawing garments: ${done} of ${total}`);
  };
  const result = await drawGarments({ ...order, signal: interrupt.signal, progress });
  if (!result.ok) {
    complain(result.failure);
    return interrupt.signal.aborted ? 130 : 2;
  }
  const { drawn } = result.value;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (drawn > 0)
    process.stdout.write(
      `${process.stdout.isTTY ? '\r' : ''}Drew ${drawn} garments into ${order.directory} in ${seconds} s.\n`,
    );
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // A full disk or a directory that may not be written has a code; anything else is a bug and keeps its stack.
  if (!(error instanceof Error && 'code' in error)) throw error;
  complain([{ message: error.message }]);
  process.exitCode = 1;
}
