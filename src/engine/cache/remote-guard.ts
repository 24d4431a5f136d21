import type { Problem } from '../../shared/problem.ts';

/** Time limits for a remote store, in milliseconds. */
export interface RemoteTimeouts {
  /** For a look-up. */
  readonly answer: number;
  /** For a download or an upload of content. */
  readonly transfer: number;
}

const TIMEOUTS: RemoteTimeouts = { answer: 10_000, transfer: 3_600_000 };
/** After this many consecutive failures the store is not used again, since each failure may cost a full timeout. */
const MOST_FAILURES = 3;

/** Calls a remote store. Every failure is reported to `onProblem` and counts as a cache miss. */
export class RemoteGuard {
  readonly #onProblem: (problem: Problem) => void;
  readonly #timeouts: RemoteTimeouts;
  #failures = 0;

  constructor(onProblem: (problem: Problem) => void, timeouts: RemoteTimeouts = TIMEOUTS) {
    this.#onProblem = onProblem;
    this.#timeouts = timeouts;
  }

  answer<Value>(what: string, action: () => Promise<Value>, otherwise: Value): Promise<Value> {
    return this.#ask(what, action, otherwise, this.#timeouts.answer);
  }

  transfer<Value>(what: string, action: () => Promise<Value>, otherwise: Value): Promise<Value> {
    return this.#ask(what, action, otherwise, this.#timeouts.transfer);
  }

  /** Reports data that failed verification. `what`: for example `content that does not match the digest`. */
  reportInvalid(what: string, id: string): void {
    this.report({
      message: `the remote cache returned ${what} ${id}`,
      advice: 'The data was not used. Remove the entry from the remote cache, or use another remote cache.',
    });
  }

  report(problem: Problem): void {
    this.#onProblem(problem);
  }

  async #ask<Value>(what: string, action: () => Promise<Value>, otherwise: Value, timeout: number): Promise<Value> {
    if (this.#failures >= MOST_FAILURES) return otherwise;
    try {
      const value = await withTimeout(action(), timeout);
      this.#failures = 0;
      return value;
    } catch (error) {
      this.#failures++;
      const rest = this.#failures >= MOST_FAILURES ? '; it is not used again in this run' : '';
      this.report({
        message: `the remote cache could not ${what}: ${(error as Error).message}${rest}`,
        advice: 'The run continues without it.',
      });
      return otherwise;
    }
  }
}

async function withTimeout<Value>(answer: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no response within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
