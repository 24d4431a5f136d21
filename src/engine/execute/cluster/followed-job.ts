import { setTimeout as delay } from 'node:timers/promises';
import type { ActionRecord } from '../../cache/records.ts';
import type { ActionStore } from '../../cache/stores.ts';
import { readDocument } from '../../fingerprint/action-key.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import type { StageMessage, StageRequest } from '../executor.ts';
import type { FailureReason } from '../failure.ts';
import type { JobEnd, JobMessage } from './job-messages.ts';
import type { SubmittedJob } from './job-table.ts';
import type { JobWatch } from './job-watch.ts';
import type { JobState } from './scheduler.ts';

/** Timing, in milliseconds. */
export interface FollowTimes {
  /** How long after the end of a job its last words may arrive: the file systems of clusters lag behind. */
  readonly lag: number;
  /** How long a scheduler may not know of a job before it counts as lost. */
  readonly gone: number;
  /** How long a job may be in a state that is not known here. */
  readonly unknown: number;
}

const TIMES: FollowTimes = { lag: 10_000, gone: 60_000, unknown: 3_600_000 };

/** A job that ended before the run began has said what it had to say. */
const OVER: FollowTimes = { lag: 0, gone: 0, unknown: 0 };

/** What became of a job. */
export type JobOutcome =
  | { readonly type: 'found'; readonly record: ActionRecord; readonly isCached: boolean }
  | { readonly type: 'failed'; readonly failure: FailureReason; readonly isFinal: boolean; readonly retries: number }
  /** It computed a result of other inputs than those of the request, whose names these are. */
  | { readonly type: 'other-inputs'; readonly names: readonly string[] }
  /** It ended without saying how its stage went. */
  | { readonly type: 'dead'; readonly state: JobState | undefined; readonly hasBegun: boolean }
  /** The run was stopped. The job goes on. */
  | { readonly type: 'detached' };

interface FollowParts {
  readonly request: StageRequest;
  readonly watch: JobWatch;
  readonly actions: Pick<ActionStore, 'lookUp'>;
  /** The name of the executor. */
  readonly executor: string;
  /** Whether the stage runs even if it is cached. */
  readonly isForced: boolean;
  readonly onMessage: (message: StageMessage) => void;
  /** Is told, perhaps often, that the job may never start. */
  readonly onStuck: (state: JobState) => void;
  readonly times: FollowTimes | undefined;
}

/** How long to wait each time for a record that a job has just written, in milliseconds. */
const PAUSES = [0, 250, 500, 1000, 2000, 4000, 8000, 16_000];

/** Follows one job until it is known what became of its stage. */
export class FollowedJob {
  readonly #job: SubmittedJob;
  readonly #parts: FollowParts;
  readonly #times: FollowTimes;
  #resolve: (outcome: JobOutcome) => void = () => undefined;
  #begun = 0;
  #hasStarted = false;
  #isSettling = false;
  #isRequeued = false;
  #hasStopped = false;
  #queuedFor: string | undefined;
  /** What was last seen of the job, and since when. */
  #strange: { readonly what: string; readonly since: number } | undefined;

  constructor(job: SubmittedJob, parts: FollowParts) {
    this.#job = job;
    this.#parts = parts;
    this.#times = job.isOver ? OVER : (parts.times ?? TIMES);
  }

  async outcome(signal: AbortSignal): Promise<JobOutcome> {
    if (signal.aborted) return { type: 'detached' };
    const { id, label, task, name, output } = this.#job;
    const detach = () => this.#resolve({ type: 'detached' });
    const outcome = new Promise<JobOutcome>((resolve) => {
      this.#resolve = resolve;
    });
    signal.addEventListener('abort', detach, { once: true });
    const unfollow = this.#parts.watch.follow({
      ...{ id, label, name, output, ...(task !== undefined && { task }) },
      onMessage: (message) => this.#onMessage(message),
      onState: (state) => this.#onState(state),
    });
    try {
      return await outcome;
    } finally {
      unfollow();
      signal.removeEventListener('abort', detach);
    }
  }

  #onMessage(message: JobMessage): void {
    switch (message.type) {
      case 'began':
        this.#begun++;
        this.#isRequeued = false;
        this.#hasStopped = false;
        if (this.#begun > 1) this.#note(`the job has begun again on ${message.host}`);
        return;
      case 'started':
        if (!this.#hasStarted) this.#parts.onMessage(message);
        this.#hasStarted = true;
        return;
      case 'ended':
        this.#onEnd(message.end);
        return;
      default:
        this.#parts.onMessage(message);
    }
  }

  #onEnd(end: JobEnd): void {
    switch (end.outcome) {
      case 'ran':
      case 'cached':
        void this.#find(end.key, { isCached: end.outcome === 'cached', hasSaidSo: true });
        break;
      case 'failed':
        this.#resolve({ type: 'failed', failure: end.failure, isFinal: end.isFinal, retries: end.retries ?? 0 });
        break;
      case 'stopped':
        // The scheduler says why, or has queued it again.
        if (end.requeued && !this.#isRequeued)
          this.#note('the time limit is near: what the stage has saved is kept, and the job is queued again');
        this.#isRequeued = end.requeued;
        this.#hasStopped = !end.requeued;
        this.#queuedFor = undefined;
        this.#parts.watch.askSoon();
        break;
      default:
        end satisfies never;
    }
  }

  #onState(state: JobState | undefined): void {
    if (this.#isSettling) return;
    switch (state?.phase) {
      case 'queued':
        this.#strange = undefined;
        if (state.advice !== undefined) this.#parts.onStuck(state);
        this.#waits(state);
        return;
      case 'running':
        this.#strange = undefined;
        this.#queuedFor = undefined;
        return;
      case 'unknown':
        if (this.#isOver(state.word, this.#times.unknown)) void this.#settle(state);
        return;
      case 'ended':
        this.#parts.watch.askSoon();
        if (this.#saysNoMore(state) || this.#isOver('ended', this.#times.lag)) void this.#settle(state);
        return;
      default:
        // The scheduler does not know it.
        this.#parts.watch.askSoon();
        if (this.#isOver('gone', this.#times.gone)) void this.#settle(undefined);
    }
  }

  /** Whether a job has said that it was stopped, or never began. */
  #saysNoMore({ ended }: JobState): boolean {
    return this.#hasStopped || ended === 'blocked' || (ended === 'cancelled' && this.#begun === 0);
  }

  /** Returns whether something has been seen for so long, in milliseconds. */
  #isOver(what: string, most: number): boolean {
    const now = performance.now();
    if (this.#strange?.what !== what) this.#strange = { what, since: now };
    return now - this.#strange.since >= most;
  }

  #waits({ id, reason }: JobState): void {
    if (this.#queuedFor !== undefined) return;
    this.#queuedFor = reason;
    const why = reason === '' ? '' : ` (${reason})`;
    this.#parts.onMessage({ type: 'waiting', for: 'queue', holder: `job ${id} on ${this.#parts.executor}${why}` });
  }

  /** Finds out what became of a job that has ended without a word, or that nobody knows any more. */
  async #settle(state: JobState | undefined): Promise<void> {
    this.#isSettling = true;
    // Its output may be lost, and its result nevertheless there.
    await this.#find(this.#parts.request.key, { isCached: false, hasSaidSo: false, state });
  }

  /** Looks for the record of a job. `hasSaidSo`: whether the job has said that it is there. */
  async #find(
    key: ActionKey,
    { isCached, hasSaidSo, state }: { isCached: boolean; hasSaidSo: boolean; state?: JobState | undefined },
  ): Promise<void> {
    this.#isSettling = true;
    const isPatient = !this.#job.isOver && (state === undefined || state.ended === 'succeeded');
    const pauses = isPatient ? PAUSES : PAUSES.slice(0, 1);
    for (const pause of pauses) {
      await delay(pause);
      const record = await this.#parts.actions.lookUp(key);
      if (record === undefined || !(hasSaidSo || this.#isNew(record))) continue;
      const names = otherInputs(record, this.#parts.request);
      return this.#resolve(names.length > 0 ? { type: 'other-inputs', names } : { type: 'found', record, isCached });
    }
    this.#resolve({ type: 'dead', state, hasBegun: this.#begun > 0 });
  }

  /** Whether a record may be the result of the job: a stage that is run although it is cached has an earlier one. */
  #isNew({ provenance: { run } }: ActionRecord): boolean {
    const { request, isForced } = this.#parts;
    return !isForced || run === request.run;
  }

  #note(message: string): void {
    this.#parts.onMessage({ type: 'log', message, source: 'stderr' });
  }
}

/**
 * Returns the names of the inputs of a request that had another content for the record of its job. The other parts of a key
 * are frozen, or may be different on the machine of the job, as runtime facts are.
 */
function otherInputs({ key, document }: ActionRecord, request: StageRequest): readonly string[] {
  if (key === request.key) return [];
  const { inputs } = readDocument(document);
  const names = new Set([...Object.keys(inputs), ...Object.keys(request.document.inputs)]);
  return [...names].filter((name) => inputs[name] !== request.document.inputs[name]);
}
