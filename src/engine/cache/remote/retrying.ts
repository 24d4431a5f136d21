import { setTimeout as delay } from 'node:timers/promises';
import { RemoteError } from './driver.ts';

const ATTEMPTS = 4;
/** The first pause, in seconds. Each further one is twice as long. */
const PAUSE = 0.25;
/** A server that wants to be left alone for longer than this many seconds counts as away. */
const LONGEST_PAUSE = 10;

/** Waits for a number of seconds. */
export type Pause = (seconds: number, signal: AbortSignal) => Promise<void>;

const pauseFor: Pause = (seconds, signal) => delay(seconds * 1000, undefined, { signal });

/** Repeats a request that may succeed later, a few times. */
export async function retrying<Value>(
  request: () => Promise<Value>,
  signal: AbortSignal,
  pause: Pause = pauseFor,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      const { retry = false, after } = error instanceof RemoteError ? error.facts : {};
      // Several machines that wait for one server must not come back at the same moment.
      const seconds = after ?? PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random());
      if (!retry || attempt === ATTEMPTS || seconds > LONGEST_PAUSE) throw error;
      await pause(seconds, signal);
    }
  }
}
