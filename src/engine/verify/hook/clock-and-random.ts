import crypto from 'node:crypto';
import { observeCalls, observeReads } from './observe.ts';
import type { Recorder } from './recorder.ts';

/**
 * Notes who asks for the time of day. Clocks that only measure durations (`performance.now`, `process.hrtime`) are left
 * alone: their values mean nothing outside of the process and differ each time, so that in an output they make a
 * difference between two runs.
 */
export function observeClock(recorder: Recorder): void {
  const note = (subject: string) => recorder.note('clock', () => subject);
  const original = Date;
  observeCalls(original, 'now', () => note('Date.now()'));
  globalThis.Date = new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) note('new Date()');
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, self, args) {
      note('Date()');
      return Reflect.apply(target, self, args);
    },
  });
  original.prototype.constructor = globalThis.Date;
  observeReads(performance, 'timeOrigin', () => note('performance.timeOrigin'));
}

const OF_CRYPTO = ['getRandomValues', 'randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'];

/** Notes who asks for random numbers that no seed decides. */
export function observeRandom(recorder: Recorder): void {
  observeCalls(Math, 'random', () => recorder.note('random', () => 'Math.random()'));
  for (const name of OF_CRYPTO)
    for (const owner of [crypto, globalThis.crypto])
      observeCalls(owner, name, () => recorder.note('random', () => `crypto.${name}()`));
}
