import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobMessage } from './job-messages.ts';
import type { JobPlace } from './places.ts';
import { readJobMessage } from './read-job-message.ts';
import { type JobId, type JobState, numberOf, type Scheduler } from './scheduler.ts';

/** Timing, in milliseconds. */
export interface WatchTimes {
  /** How often outputs are read. */
  readonly output: number;
  /** How often the scheduler is asked: at first and after changes, and at least. */
  readonly soon: number;
  readonly seldom: number;
}

const TIMES: WatchTimes = { output: 250, soon: 2000, seldom: 60_000 };
/** How much less often the scheduler is asked each time that nothing has changed. */
const BACKING_OFF = 1.5;
/** So many outputs are looked for although their jobs are not known to run. */
const FEW = 50;

/** A place among the jobs with a name. */
export interface NamedPlace extends JobPlace {
  readonly name: string;
}

/** Is told of a job. */
export interface Follower extends NamedPlace {
  readonly id: JobId;
  /** The file with its output, absolute. */
  readonly output: string;
  onMessage(message: JobMessage): void;
  /** Called after each answer of the scheduler; without a state if it does not know the job, nor what became of it. */
  onState(state: JobState | undefined): void;
}

interface Followed {
  readonly follower: Follower;
  read: number;
  /** What was read of a line that has not ended. */
  rest: string;
  readonly decoder: StringDecoder;
  isRunning: boolean;
  /** How many answers in a row have not listed it. */
  missed: number;
  /** What became of it, if it is not listed any more. */
  past: JobState | undefined;
}

/**
 * Watches the jobs of a run: reads their outputs often, and asks the scheduler once for all of them, ever less often while
 * nothing changes.
 */
export class JobWatch {
  readonly #scheduler: Scheduler;
  readonly #names: () => readonly string[];
  readonly #times: WatchTimes;
  readonly #onSilence: (said: string | undefined) => void;
  readonly #followed = new Set<Followed>();
  #loop: Promise<void> | undefined;
  #interval: number;
  #nextQuery = 0;
  #last = '';

  /**
   * @param names returns the names of the jobs of the run.
   * @param onSilence is told when the scheduler gives no answer, and, with nothing, when it answers again.
   */
  constructor(
    scheduler: Scheduler,
    names: () => readonly string[],
    onSilence: (said: string | undefined) => void,
    times = TIMES,
  ) {
    this.#scheduler = scheduler;
    this.#names = names;
    this.#onSilence = onSilence;
    this.#times = times;
    this.#interval = times.soon;
  }

  /** Follows a job from the beginning of its output. Returns a function that ends this. */
  follow(follower: Follower): () => void {
    const unread = { read: 0, rest: '', decoder: new StringDecoder('utf8') };
    const followed = { follower, ...unread, isRunning: false, missed: 0, past: undefined };
    this.#followed.add(followed);
    this.askSoon();
    this.#loop ??= this.#watch();
    return () => this.#followed.delete(followed);
  }

  /** Has the scheduler asked soon, since something has changed. */
  askSoon(): void {
    this.#interval = this.#times.soon;
    this.#nextQuery = Math.min(this.#nextQuery, performance.now() + this.#times.soon);
  }

  async #watch(): Promise<void> {
    while (this.#followed.size > 0) {
      await delay(this.#times.output);
      // What is costly is read when the scheduler is asked: often while something is printed, and seldom otherwise.
      if (!this.#scheduler.isOutputCostly) await this.#readOutputs();
      if (performance.now() >= this.#nextQuery) await this.#ask();
    }
    this.#loop = undefined;
  }

  async #readOutputs(): Promise<void> {
    const all = [...this.#followed];
    const isCheap = all.length <= FEW && !this.#scheduler.isOutputCostly;
    const wanted = isCheap ? all : all.filter(({ isRunning }) => isRunning);
    if (wanted.length === 0) return;
    const parts = wanted.map(({ follower, read }) => ({ path: follower.output, from: read }));
    const outputs = await this.#scheduler.output(parts);
    for (const [index, followed] of wanted.entries()) this.#take(followed, outputs[index]);
  }

  #take(followed: Followed, added: Uint8Array | undefined): void {
    if (added === undefined || added.length === 0) return;
    followed.read += added.length;
    if (this.#scheduler.isOutputCostly) this.askSoon();
    const lines = (followed.rest + followed.decoder.write(Buffer.from(added))).split('\n');
    followed.rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') followed.follower.onMessage(readJobMessage(line));
  }

  async #ask(): Promise<void> {
    const states = await this.#scheduler.states(this.#names());
    this.#onSilence(states.ok ? undefined : states.failure.said);
    if (states.ok) {
      const summary = states.value.map(({ id, word }) => `${id} ${word}`).join();
      this.#interval =
        summary === this.#last ? Math.min(this.#interval * BACKING_OFF, this.#times.seldom) : this.#times.soon;
      this.#last = summary;
      const found = newest(states.value);
      for (const each of this.#followed) each.isRunning = stateOf(each, found)?.phase !== 'queued';
      await this.#lookBack(found);
      // What a job has printed before it ended is read before anybody hears of its end.
      await this.#readOutputs();
      for (const each of [...this.#followed]) each.follower.onState(stateOf(each, found) ?? each.past);
    }
    this.#nextQuery = performance.now() + this.#interval;
  }

  /** Finds out what became of jobs that are not listed any more: at once, and ever less often while that is not known. */
  async #lookBack(found: ReadonlyMap<string, JobState>): Promise<void> {
    const missing = [...this.#followed].filter((each) => {
      each.missed = stateOf(each, found) === undefined ? each.missed + 1 : 0;
      return each.past === undefined && isPowerOfTwo(each.missed);
    });
    if (missing.length === 0) return;
    const past = await this.#scheduler.past(missing.map(({ follower }) => follower.id));
    const ended = new Map(past.filter(({ phase }) => phase === 'ended').map((state) => [state.id, state]));
    for (const each of missing) each.past = ended.get(each.follower.id);
  }
}

function stateOf({ follower }: Followed, states: ReadonlyMap<string, JobState>): JobState | undefined {
  const state = states.get(idOf(follower));
  // An earlier job at the same place may still be listed.
  return state !== undefined && numberOf(state.id) < numberOf(follower.id) ? undefined : state;
}

function isPowerOfTwo(number: number): boolean {
  return number > 0 && (number & (number - 1)) === 0;
}

function idOf({ name, label, task }: NamedPlace): string {
  return `${name} ${label} ${task ?? ''}`;
}

/** Returns the newest job at each place: earlier ones may still be listed. */
export function newest(states: readonly JobState[]): ReadonlyMap<string, JobState> {
  const byPlace = new Map<string, JobState>();
  for (const state of states) {
    const known = byPlace.get(idOf(state));
    if (known === undefined || numberOf(state.id) >= numberOf(known.id)) byPlace.set(idOf(state), state);
  }
  return byPlace;
}

/** Finds the newest job at a place. */
export function jobAt(states: ReadonlyMap<string, JobState>, place: NamedPlace): JobState | undefined {
  return states.get(idOf(place));
}
