import { setImmediate as turn } from 'node:timers/promises';

/** A clock that code under test reads and waits on. */
export interface Clock {
  /** Returns the time in milliseconds. */
  now(): number;
  /** Waits. Rejects with the reason of `signal` if that is aborted meanwhile. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

interface Sleeper {
  readonly wakes: number;
  readonly wake: () => void;
}

/** How many turns of the event loop without any work show that everybody waits. */
const IDLE_TURNS = 3;

/** How long to wait for work that cannot be seen, such as the import of a module, in milliseconds. */
const LONGEST_PATIENCE = 5000;

/** Real work of this process: files that are read or written, and programs that run. */
const WORK = /^(FSReq|FileHandle|Process|Pipe|TCP|Worker|GetAddrInfo)/;

/** A clock that stands still while anybody works, and then jumps to the next moment for which somebody waits. */
export class VirtualClock implements Clock {
  #now = 0;
  /** Sorted by the time at which they wake. */
  readonly #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wake = () => {
        signal?.removeEventListener('abort', give);
        resolve();
      };
      const sleeper = { wakes: this.#now + Math.max(0, milliseconds), wake };
      const give = () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', give, { once: true });
      if (Number.isFinite(sleeper.wakes)) this.#sleepers.splice(this.#after(sleeper.wakes), 0, sleeper);
    });
  }

  /** Lets time pass until `work` is done, and returns its value. Fails if everybody waits for ever. */
  async until<Value>(work: Promise<Value>): Promise<Value> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    // What it throws is thrown below.
    done.catch(() => undefined);
    const before = countWork();
    let patience = 0;
    while (!isDone) {
      for (let turns = 0; turns < IDLE_TURNS && !isDone; turns++) {
        await turn();
        if (countWork() > before) turns = 0;
      }
      if (isDone) break;
      const next = this.#sleepers.shift();
      if (next === undefined) {
        if (++patience > LONGEST_PATIENCE) throw new Error('nobody waits for a time, and the work is not done');
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      patience = 0;
      this.#now = next.wakes;
      next.wake();
    }
    return done;
  }

  /** Returns the index behind all sleepers that wake until then, so that those who wait for the same time wake in order. */
  #after(wakes: number): number {
    let low = 0;
    for (let high = this.#sleepers.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#sleepers[middle]?.wakes ?? 0) <= wakes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The time of the machine. */
export const WALL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const give = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', give);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', give, { once: true });
    }),
};

function countWork(): number {
  return process.getActiveResourcesInfo().filter((name) => WORK.test(name)).length;
}
