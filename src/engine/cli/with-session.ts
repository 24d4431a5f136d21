import { isAbort } from '../../shared/abort.ts';
import type { Problem } from '../../shared/problem.ts';
import { reportProblems, reportWarnings } from './console.ts';
import { EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import type { CommonOptions } from './options.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** Is told how a command got to know its pipeline. */
export interface SessionObserver {
  opened(session: Session): void;
  /** The pipeline is invalid. */
  refused(problems: readonly Problem[]): void;
}

/** Opens the pipeline for a command, and saves its indexes afterwards. Returns the command's exit code. */
export async function withSession(
  options: CommonOptions & SessionOptions,
  command: (session: Session, signal: AbortSignal) => Promise<number>,
  observer?: SessionObserver,
): Promise<number> {
  const { signal, release } = interruptible();
  try {
    const session = await openSession(options, signal);
    if (signal.aborted) return EXIT.interrupted;
    if (!session.ok) {
      observer?.refused(session.failure);
      return reportProblems(session.failure, options);
    }
    observer?.opened(session.value);
    try {
      const code = await command(session.value, signal).catch(interrupted);
      session.value.save();
      // Said once, at the end, whatever the command used the remote cache for.
      const problems = session.value.remote?.problems ?? [];
      if (problems.length > 0) reportWarnings(problems, options);
      return code;
    } finally {
      session.value.close();
    }
  } finally {
    release();
  }
}

function interrupted(error: unknown): number {
  if (isAbort(error)) return EXIT.interrupted;
  throw error;
}
