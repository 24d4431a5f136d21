import type { ChildProcess } from 'node:child_process';
import { endGroup } from './process-group.ts';

/** How long a stage may take to end when it is stopped, before it is killed. */
const BRIEF_MILLISECONDS = 1000;
/** The maximum delay of a timer, about 25 days. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

export interface StopOptions {
  /** The time limit, in seconds. */
  readonly timeout?: number;
  /** How long a stage that is saving may take to end when it is stopped, in seconds. */
  readonly grace: number;
  readonly signal: AbortSignal;
  /** Called once if the stage is saving when it is stopped, with the seconds that it has for that. */
  readonly onSaving: (seconds: number) => void;
}

/** Why a stage was stopped. */
export type Stop = { readonly why: 'cancelled' } | { readonly why: 'timed-out'; readonly seconds: number };

/**
 * Terminates a stage's process when the run is cancelled or the time limit is exceeded, and kills its group if it does
 * not end in time. (AbortSignal.any with a timeout does not work: Node 20 may garbage-collect these signals before they
 * abort.)
 */
export class StopInTime {
  readonly #child: ChildProcess;
  readonly #options: StopOptions;
  readonly #limit: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #stoppedAt: number | undefined;
  #isSaving = false;
  #reported = false;
  #timedOut = false;

  constructor(child: ChildProcess, options: StopOptions) {
    this.#child = child;
    this.#options = options;
    const { signal, timeout } = options;
    if (timeout !== undefined) {
      const onTimeout = () => {
        this.#timedOut = true;
        this.#stop();
      };
      this.#limit = setTimeout(onTimeout, Math.min(timeout * 1000, LONGEST_MILLISECONDS));
    }
    if (signal.aborted) this.#stop();
    else signal.addEventListener('abort', this.#stop, { once: true });
  }

  /** Notes that the stage begins or ends to save something that must not be lost. */
  saving(isSaving: boolean): void {
    this.#isSaving = isSaving;
    this.#wait();
  }

  /** Stops watching. Returns why the process was stopped, if it was. */
  end(): Stop | undefined {
    const { signal, timeout } = this.#options;
    clearTimeout(this.#limit);
    clearTimeout(this.#patience);
    signal.removeEventListener('abort', this.#stop);
    if (signal.aborted) return { why: 'cancelled' };
    return this.#timedOut && timeout !== undefined ? { why: 'timed-out', seconds: timeout } : undefined;
  }

  readonly #stop = (): void => {
    this.#child.kill('SIGTERM');
    this.#stoppedAt ??= performance.now();
    this.#wait();
  };

  /** Waits from now on as long as the stage may still take. */
  #wait(): void {
    if (this.#stoppedAt === undefined) return;
    const grace = Math.max(this.#options.grace * 1000, BRIEF_MILLISECONDS);
    const elapsed = performance.now() - this.#stoppedAt;
    // However often a stage says that it is saving, it ends soon after its grace.
    const left = this.#isSaving ? grace - elapsed : Math.min(BRIEF_MILLISECONDS, grace + BRIEF_MILLISECONDS - elapsed);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => endGroup(this.#child), Math.min(Math.max(left, 0), LONGEST_MILLISECONDS));
    if (!this.#isSaving || this.#reported) return;
    this.#reported = true;
    this.#options.onSaving(grace / 1000);
  }
}
