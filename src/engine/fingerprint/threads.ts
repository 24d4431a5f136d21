import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { AnswerTo, FileTask } from './perform-task.ts';
import { perform } from './perform-task.ts';

/** What a thread is asked to do. */
export interface ThreadRequest {
  readonly task: FileTask;
  /** One number, which is not 0 once the thread shall stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
  readonly done: Counters;
}

/** The numbers of files and bytes that threads have dealt with. */
export type Counters = BigInt64Array<SharedArrayBuffer>;

export type ThreadAnswer =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'threw'; readonly error: ThrownError };

/** An error of the file system. */
interface ThrownError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly errno: number | undefined;
  readonly path: string | undefined;
}

/** With more of them, several inputs can be hashed at once while outputs are stored. */
const MOST_THREADS = 8;
/** The young generation is mostly garbage here. A thread with the default size would take more memory. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };
/** How long a thread may take to stop, in milliseconds. One that waits for a dead network file system never does. */
const GRACE_MILLISECONDS = 500;

/** Does long work on files on other threads, so that signals, timers and progress are handled meanwhile. */
export class Threads {
  readonly #worker: string | undefined;
  readonly #signal: AbortSignal;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker | undefined) => void)[] = [];
  #count = 0;
  #aborted: Promise<'aborted'> | undefined;

  /**
   * @param worker the path of the main module of a thread. Without one, all work is done on this thread.
   * @param signal ends all work.
   */
  constructor(worker: string | undefined, signal: AbortSignal = new AbortController().signal) {
    this.#worker = worker;
    this.#signal = signal;
  }

  /** How many threads can work on the same task faster than one. */
  get parallel(): number {
    return this.#worker === undefined ? 1 : Math.min(MOST_THREADS, availableParallelism());
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  /**
   * Does a task, and adds what it has done to `done`. Throws errors of the file system. Rejects with the reason of the
   * signal once that is aborted, like the functions of Node.
   */
  async run<Task extends FileTask>(task: Task, done: Counters): Promise<AnswerTo<Task>> {
    this.#signal.throwIfAborted();
    const thread = await Promise.race([this.#take(), this.#whenHung()]);
    if (thread === 'aborted' || this.#signal.aborted) {
      // Others may wait for it, to be told the same.
      if (typeof thread === 'object') this.#giveBack(thread);
      throw this.#signal.reason;
    }
    // No thread can be started, for example since the memory is limited.
    if (thread === undefined) return perform(task, () => undefined) as AnswerTo<Task>;
    thread.ref();
    thread.postMessage({ task, stop: this.#stop, done } satisfies ThreadRequest);
    const answer = await Promise.race([answerOf(thread), this.#whenHung()]);
    thread.unref();
    if (answer === 'aborted') {
      dieAtExit();
      throw this.#signal.reason;
    }
    if (answer === undefined) return this.#replace(task);
    this.#giveBack(thread);
    if (answer.kind === 'stopped') throw this.#signal.reason;
    if (answer.kind === 'threw') throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.value as AnswerTo<Task>;
  }

  /** Ends the threads, which otherwise end with the process. No task may be running. */
  close(): void {
    for (const thread of this.#idle.splice(0)) void thread.terminate();
  }

  async #take(): Promise<Worker | undefined> {
    if (this.#worker === undefined) return undefined;
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#count === MOST_THREADS) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#count++;
    const { Worker: Thread } = await import('node:worker_threads');
    const thread = new Thread(this.#worker, { resourceLimits: LIMITS });
    // What happens to it is seen by who waits for its answer.
    thread.on('error', () => undefined);
    return thread;
  }

  #giveBack(thread: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(thread);
    else next(thread);
  }

  /** Does the task of a dead thread on this one. */
  #replace<Task extends FileTask>(task: Task): AnswerTo<Task> {
    this.#count--;
    this.#waiting.shift()?.(undefined);
    return perform(task, () => undefined) as AnswerTo<Task>;
  }

  /** Tells all threads to stop once the signal is aborted. Resolves if they have not stopped some time later. */
  #whenHung(): Promise<'aborted'> {
    this.#aborted ??= new Promise((resolve) => {
      const abort = () => {
        Atomics.store(this.#stop, 0, 1);
        setTimeout(() => resolve('aborted'), GRACE_MILLISECONDS).unref();
      };
      this.#signal.addEventListener('abort', abort, { once: true });
    });
    return this.#aborted;
  }
}

/** Returns nothing if the thread ended without an answer. */
function answerOf(thread: Worker): Promise<ThreadAnswer | undefined> {
  return new Promise((resolve) => {
    const settle = (answer: ThreadAnswer | undefined) => {
      thread.off('message', settle);
      thread.off('exit', ended);
      resolve(answer);
    };
    const ended = () => settle(undefined);
    thread.on('message', settle);
    thread.on('exit', ended);
  });
}

/**
 * Lets the process end by SIGINT, for which shells report the exit code 130. At its end a process waits for its
 * threads, and one that waits for a dead network file system would keep it for ever.
 */
function dieAtExit(): void {
  process.once('exit', () => {
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  });
}
