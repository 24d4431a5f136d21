import { now } from '../../shared/clock.ts';

/**
 * Called in each step of a long operation on files, with what has been done since the last call. Throws to end the
 * operation.
 */
export type Beat = (files: number, bytes: number) => void;

/** Longer than this, in milliseconds, nothing may block the thread on which signals, timers and progress are handled. */
const LONGEST = 100;

/** Thrown by `briefly`. */
export class TooLong extends Error {}

/** Returns a beat that throws `TooLong` once an operation has taken so long that it belongs on another thread. */
export function briefly(): Beat {
  const end = now() + LONGEST;
  return () => {
    if (now() > end) throw new TooLong();
  };
}
