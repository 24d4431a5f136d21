/** The main module of a worker thread that does long work on files. */
import { parentPort } from 'node:worker_threads';
import { perform } from './perform-task.ts';
import type { ThreadAnswer, ThreadRequest } from './threads.ts';

parentPort?.on('message', ({ task, stop, done }: ThreadRequest) => {
  const beat = (files: number, bytes: number): void => {
    if (Atomics.load(stop, 0) !== 0) throw new Stopped();
    Atomics.add(done, 0, BigInt(files));
    Atomics.add(done, 1, BigInt(bytes));
  };
  parentPort?.postMessage(answer(() => perform(task, beat)));
});

class Stopped extends Error {}

function answer(work: () => unknown): ThreadAnswer {
  try {
    return { kind: 'done', value: work() };
  } catch (error) {
    if (error instanceof Stopped) return { kind: 'stopped' };
    // Cloning an error loses its code.
    const { message, stack, code, errno, path } = error as NodeJS.ErrnoException;
    return { kind: 'threw', error: { message, stack, code, errno, path } };
  }
}
