import type { Problem } from '../../shared/problem.ts';

/** How long a remote store may take, in milliseconds. */
export interface RemoteTimeouts {
  /** For a look-up. */
  readonly answer: number;
  /** For content to arrive, or to be stored. */
  readonly transfer: number;
}

const PATIENCE: RemoteTimeouts = { answer: 10_000, transfer: 3_600_000 };
/** After so many failures in a row it is not asked again: each costs the run its patience. */
const MOST_FAILURES = 3;

/** Asks a remote store. Whatever goes wrong there is told and counts as a miss. */
export class RemoteGuard {
  readonly #onProblem: (problem: Problem) => void;
  readonly #patience: RemoteTimeouts;
  #failures = 0;

  constructor(onProblem: (problem: Problem) => void, patience: RemoteTimeouts = PATIENCE) {
    this.#onProblem = onProblem;
    this.#patience = patience;
  }

  answer<Value>(what: string, action: () => Promise<Value>, otherwise: Value): Promise<Value> {
    return this.#ask(what, action, otherwise, this.#patience.answer);
  }

  transfer<Value>(what: string, action: () => Promise<Value>, otherwise: Value): Promise<Value> {
    return this.#ask(what, action, otherwise, this.#patience.transfer);
  }

  /** Tells that an answer was wrong. */
  trouble(what: string, id: string): void {
    this.tell({
      message: `the remote cache cannot be trusted: ${what} ${id}`,
      advice: 'The answer was not used. Remove the entry from the remote cache, or use another one.',
    });
  }

  tell(problem: Problem): void {
    this.#onProblem(problem);
  }

  async #ask<Value>(what: string, action: () => Promise<Value>, otherwise: Value, patience: number): Promise<Value> {
    if (this.#failures >= MOST_FAILURES) return otherwise;
    try {
      const value = await withinPatience(action(), patience);
      this.#failures = 0;
      return value;
    } catch (error) {
      this.#failures++;
      const rest = this.#failures >= MOST_FAILURES ? '; it is not asked again in this run' : '';
      this.tell({
        message: `the remote cache could not ${what}: ${(error as Error).message}${rest}`,
        advice: 'The run goes on without it.',
      });
      return otherwise;
    }
  }
}

async function withinPatience<Value>(answer: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([answer, patience]);
  } finally {
    clearTimeout(timer);
  }
}
