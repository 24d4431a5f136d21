import { now } from '../../shared/clock.ts';
import type { Problem } from '../../shared/problem.ts';

/** Time limits for a remote store, in milliseconds. */
export interface RemoteTimeouts {
  /** For a look-up. */
  readonly answer: number;
  /** For all failures of a run together, and for a transfer beyond what it is expected to take. */
  readonly patience: number;
}

const TIMEOUTS: RemoteTimeouts = { answer: 10_000, patience: 30_000 };
/** The end of the message about the last failure. */
export const GIVEN_UP = '; it is not used again in this run';
/** A day in seconds, for transfers that something else bounds: a driver notices when nothing moves. */
export const LONGEST_TRANSFER = 86_400;
/** After this many consecutive failures the store is not used again, since each failure may cost a full timeout. */
const MOST_FAILURES = 3;

/** What a driver may say about a failure; see `RemoteError`. */
interface FailureFacts {
  readonly single?: boolean;
  readonly advice?: string;
}

/** Calls a remote store. Every failure is reported to `onProblem` and counts as a cache miss. */
export class RemoteGuard {
  readonly #onProblem: (problem: Problem) => void;
  readonly #timeouts: RemoteTimeouts;
  readonly #signal: AbortSignal | undefined;
  #failures = 0;
  /** The time that failures have cost. */
  #lost = 0;

  constructor(onProblem: (problem: Problem) => void, timeouts: RemoteTimeouts = TIMEOUTS, signal?: AbortSignal) {
    this.#onProblem = onProblem;
    this.#timeouts = timeouts;
    this.#signal = signal;
  }

  /** Whether the store has failed too often, or for too long. */
  get isOpen(): boolean {
    return this.#failures >= MOST_FAILURES || this.#lost >= this.#timeouts.patience;
  }

  answer<Value>(what: string, action: () => Promise<Value>, otherwise: Value): Promise<Value> {
    return this.#ask(what, action, otherwise, this.#timeouts.answer);
  }

  /** `expected`: how long the transfer may take before it counts as too slow, in seconds. */
  transfer<Value>(what: string, action: () => Promise<Value>, otherwise: Value, expected = 0): Promise<Value> {
    return this.#ask(what, action, otherwise, expected * 1000 + this.#timeouts.patience);
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
    if (this.isOpen) return otherwise;
    const started = now();
    try {
      const value = await withTimeout(action(), timeout);
      this.#failures = 0;
      return value;
    } catch (error) {
      if (this.#signal?.aborted) return otherwise;
      const { single = false, advice = 'The run continues without it.' } = factsOf(error);
      const wasOpen = this.isOpen;
      this.#lost += now() - started;
      if (!single) this.#failures++;
      if (wasOpen) return otherwise;
      const rest = this.isOpen ? GIVEN_UP : '';
      this.report({ message: `the remote cache could not ${what}: ${(error as Error).message}${rest}`, advice });
      return otherwise;
    }
  }
}

function factsOf(error: unknown): FailureFacts {
  const { facts } = error as { readonly facts?: FailureFacts };
  return facts ?? {};
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
