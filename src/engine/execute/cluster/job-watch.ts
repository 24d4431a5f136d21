import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobMessage } from './job-messages.ts';
import type { JobPlace } from './places.ts';
import { readJobMessage } from './read-job-message.ts';
import { type JobState, numberOf, type Scheduler } from './scheduler.ts';

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
  /** The file with its output, absolute. */
  readonly output: string;
  onMessage(message: JobMessage): void;
  /** Called after each answer of the scheduler; without a state if it does not know the job. */
  onState(state: JobState | undefined): void;
}

interface Followed {
  readonly follower: Follower;
  read: number;
  /** What was read of a line that has not ended. */
  rest: string;
  readonly decoder: StringDecoder;
  isRunning: boolean;
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
    const followed = { follower, read: 0, rest: '', decoder: new StringDecoder('utf8'), isRunning: false };
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
      await this.#readOutputs();
      if (performance.now() >= this.#nextQuery) await this.#ask();
    }
    this.#loop = undefined;
  }

  async #readOutputs(): Promise<void> {
    const all = [...this.#followed];
    const wanted = all.length <= FEW ? all : all.filter(({ isRunning }) => isRunning);
    if (wanted.length === 0) return;
    const parts = wanted.map(({ follower, read }) => ({ path: follower.output, from: read }));
    const outputs = await this.#scheduler.output(parts);
    for (const [index, followed] of wanted.entries()) this.#take(followed, outputs[index]);
  }

  #take(followed: Followed, added: Uint8Array | undefined): void {
    if (added === undefined || added.length === 0) return;
    followed.read += added.length;
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
      for (const each of this.#followed) each.isRunning = found.get(idOf(each.follower))?.phase !== 'queued';
      // What a job has printed before it ended is read before anybody hears of its end.
      await this.#readOutputs();
      for (const { follower } of [...this.#followed]) follower.onState(found.get(idOf(follower)));
    }
    this.#nextQuery = performance.now() + this.#interval;
  }
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
