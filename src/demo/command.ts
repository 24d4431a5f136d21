import type { Problem } from '../shared/problem.ts';
import { readArguments, USAGE } from './arguments.ts';
import { drawGarments } from './draw-garments.ts';

/** The output streams of the command and the signal that interrupts it. */
export interface CommandContext {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether `out` is a terminal, on which a line can be overwritten. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
}

/** The number of images between two updates of the progress line. */
const PROGRESS_INTERVAL = 20;

const CLEAR_LINE = '\r\u001b[K';

/** Runs `draw-garments` and returns its exit code: 2 for invalid arguments, 1 for a disk error, 130 if interrupted. */
export async function run(words: readonly string[], { out, error, terminal, signal }: CommandContext): Promise<number> {
  const read = readArguments(words);
  if (!read.ok) {
    error(`${lines(read.failure)}\n${USAGE}`);
    return 2;
  }
  const { help, ...options } = read.value;
  if (help) {
    out(USAGE);
    return 0;
  }
  const progress = (done: number, total: number) => {
    if (terminal && done % PROGRESS_INTERVAL === 0) out(`\rDrawing garments: ${done} of ${total}`);
  };
  try {
    const result = await drawGarments({ ...options, signal, progress });
    if (!result.ok) {
      error(`${terminal && signal.aborted ? '\n' : ''}${lines(result.failure)}`);
      return signal.aborted ? 130 : 2;
    }
    const { drawn } = result.value;
    if (drawn > 0)
      out(`${terminal ? CLEAR_LINE : ''}Drew ${drawn.toLocaleString('en')} garments into ${options.directory}\n`);
    return 0;
  } catch (reason) {
    // Errors of the file system, such as a full disk, have a code; anything else is a bug and keeps its stack trace.
    if (!(reason instanceof Error && 'code' in reason)) throw reason;
    error(lines([{ message: reason.message }]));
    return 1;
  }
}

function lines(problems: readonly Problem[]): string {
  return problems.map(({ message, advice = '' }) => `draw-garments: ${`${message} ${advice}`.trim()}\n`).join('');
}
