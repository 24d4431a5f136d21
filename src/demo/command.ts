import type { Problem } from '../shared/problem.ts';
import { readArguments, USAGE } from './arguments.ts';
import { drawGarments } from './draw-garments.ts';

/** Where the command writes, and what interrupts it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether `out` can write over its last line. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
}

/** How many pictures go by until the progress line is written anew. */
const STRIDE = 20;

const CLEAR_LINE = '\r\u001b[K';

/** Runs `draw-garments` and tells its exit code: 2 for wrong arguments, 1 if the disk refuses, 130 if interrupted. */
export async function run(words: readonly string[], { out, error, terminal, signal }: Surroundings): Promise<number> {
  const read = readArguments(words);
  if (!read.ok) {
    error(`${lines(read.failure)}\n${USAGE}`);
    return 2;
  }
  const { help, ...order } = read.value;
  if (help) {
    out(USAGE);
    return 0;
  }
  const progress = (done: number, total: number) => {
    if (terminal && done % STRIDE === 0) out(`\rDrawing garments: ${done} of ${total}`);
  };
  try {
    const result = await drawGarments({ ...order, signal, progress });
    if (!result.ok) {
      error(`${terminal && signal.aborted ? '\n' : ''}${lines(result.failure)}`);
      return signal.aborted ? 130 : 2;
    }
    const { drawn } = result.value;
    if (drawn > 0)
      out(`${terminal ? CLEAR_LINE : ''}Drew ${drawn.toLocaleString('en')} garments into ${order.directory}\n`);
    return 0;
  } catch (reason) {
    // A full disk or a directory that may not be written has a code; anything else is a bug and keeps its stack.
    if (!(reason instanceof Error && 'code' in reason)) throw reason;
    error(lines([{ message: reason.message }]));
    return 1;
  }
}

function lines(problems: readonly Problem[]): string {
  return problems.map(({ message, advice = '' }) => `draw-garments: ${`${message} ${advice}`.trim()}\n`).join('');
}
