import { now } from '../../shared/clock.ts';

/**
 * Called in each step of a long operation on files, with what has been done since the last call. Throws to end the
 * operation.
 */
export type Beat = (files: number, bytes: number) => void;

/** Thrown by `briefly`. */
export class TooLong extends Error {}

/** Returns a beat that throws `TooLong` after this time, when an operation belongs on another thread. */
export function briefly(milliseconds: number): Beat {
  const end = now() + milliseconds;
  return () => {
    if (now() > end) throw new TooLong();
  };
}
