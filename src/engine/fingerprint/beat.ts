import { now } from '../../shared/clock.ts';

/**
 * Called in each step of a long operation on files, with what has been done since the last call. Throws to end the
 * operation.
 */
export type Beat = (files: number, bytes: number) => void;

/**
 * How long the thread on which signals, timers and progress are handled may be blocked. On a busy machine, where most of
 * that time is waiting for a processor, it may be longer: another thread would make that worse.
 */
const SHORT_MILLISECONDS = 50;
const LONG_MILLISECONDS = 600;
/** Looking at the clock takes as long as looking at a file. */
const STEPS = 64;
const STEP_BYTES = 1 << 20;

/** Thrown by `briefly`. */
class TooLong extends Error {}

/** Returns a beat that throws `TooLong` once an operation has taken so long that it belongs on another thread. */
function briefly(): Beat {
  const started = now();
  let steps = 0;
  let used: number | undefined;
  return (_files, bytes) => {
    steps += bytes < STEP_BYTES ? 1 : STEPS;
    if (steps < STEPS) return;
    steps = 0;
    const passed = now() - started;
    if (passed < SHORT_MILLISECONDS) return;
    used ??= processorTime();
    if (passed > LONG_MILLISECONDS || processorTime() - used > SHORT_MILLISECONDS) throw new TooLong();
  };
}

/** Returns the processor time of this process in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Returns what `action` returns, or that it belongs on another thread. */
export function inTime<Value>(action: (beat: Beat) => Value): Value | 'too-long' {
  try {
    return action(briefly());
  } catch (error) {
    if (error instanceof TooLong) return 'too-long';
    throw error;
  }
}
