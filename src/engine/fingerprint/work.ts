import { now } from '../../shared/clock.ts';
import type { Counters } from './threads.ts';

/** How far long work on a file or directory has got. */
export interface ContentProgress {
  readonly activity: Activity;
  readonly files: number;
  /** Unknown while files are listed. */
  readonly totalFiles?: number;
  readonly bytes: number;
  readonly totalBytes?: number;
}

export type Activity = 'listing' | 'hashing' | 'storing' | 'downloading';

/** Is told how far long work has got, a few times a second. What takes less than a second is not mentioned. */
export type Watch = (progress: ContentProgress) => void;

/** When progress is first mentioned, and how often. */
export const FIRST_MILLISECONDS = 1000;
export const INTERVAL_MILLISECONDS = 250;

/** Work on a file or directory, in several steps, with somebody who watches its progress. */
export class Work {
  readonly done: Counters = new BigInt64Array(new SharedArrayBuffer(16));
  readonly #watch: Watch | undefined;
  readonly #started = now();
  #step: Pick<ContentProgress, 'activity' | 'totalFiles' | 'totalBytes'> = { activity: 'listing' };
  #timer: NodeJS.Timeout | undefined;

  constructor(watch: Watch | undefined) {
    this.#watch = watch;
  }

  /** Begins the next step. */
  begin(step: Pick<ContentProgress, 'activity' | 'totalFiles' | 'totalBytes'>): void {
    this.done.fill(0n);
    this.#step = step;
    if (this.#watch !== undefined) this.#timer ??= setInterval(() => this.#report(), INTERVAL_MILLISECONDS).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    if (now() - this.#started < FIRST_MILLISECONDS) return;
    const [files = 0n, bytes = 0n] = this.done;
    this.#watch?.({ ...this.#step, files: Number(files), bytes: Number(bytes) });
  }
}
