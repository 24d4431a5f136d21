import type { ActionStore } from '../../cache/stores.ts';
import type { Executor, ResourceRequest, StageEnd, StageMessage, StageRequest } from '../executor.ts';
import type { FailureReason } from '../failure.ts';
import { FollowedJob, type FollowTimes, type JobOutcome } from './followed-job.ts';
import { jobFailure } from './job-failure.ts';
import type { SubmittedJob } from './job-table.ts';
import type { JobWatch } from './job-watch.ts';
import type { JobState, Scheduler } from './scheduler.ts';
import type { Submissions } from './submissions.ts';

export interface ClusterParts {
  /** The name of the executor. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly submissions: Submissions;
  readonly watch: JobWatch;
  readonly actions: Pick<ActionStore, 'lookUp'>;
  /** Whether a stage runs even if it is cached. */
  readonly isForced: (stage: string) => boolean;
  readonly times?: FollowTimes;
}

/** How often a job is submitted again that a scheduler has ended for reasons of its own. */
const MOST_REPLACEMENTS = 5;
const MEMORY_FACTOR = 2;

/** Runs stages as jobs of a scheduler. Most are submitted before they are due, so that nobody has to wait for them. */
export class ClusterExecutor implements Executor {
  readonly #parts: ClusterParts;
  /** The memory of stages that had too little, in bytes. */
  readonly #memory = new Map<string, number>();
  /** How often stages have failed. Each of their jobs would otherwise retry them as often as they declare. */
  readonly #failures = new Map<string, number>();
  /** The reasons for which jobs may never start that were warned of. */
  readonly #warned = new Set<string>();

  constructor(parts: ClusterParts) {
    this.#parts = parts;
  }

  hasTaken(stage: string): boolean {
    return this.#parts.submissions.jobOf(stage) !== undefined;
  }

  async run(
    request: StageRequest,
    { beforeRelease }: ResourceRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd> {
    const end = await this.#result(request, onMessage, signal);
    if (end.type === 'failed')
      this.#failures.set(request.stage, (this.#failures.get(request.stage) ?? 0) + 1 + (end.retries ?? 0));
    await beforeRelease(end);
    return end;
  }

  async #result(
    request: StageRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd> {
    const { submissions } = this.#parts;
    const { stage } = request;
    const exclude: string[] = [];
    for (let replacements = 0; ; replacements++) {
      const memory = this.#memory.get(stage);
      const failures = this.#failures.get(stage) ?? 0;
      const changes = { exclude: [...exclude], failures, ...(memory !== undefined && { memory }) };
      const job = await submissions.obtain(stage, changes, signal);
      if (!job.ok)
        return job.failure === 'cancelled'
          ? { type: 'cancelled' }
          : failed({ kind: 'job', cause: 'not-submitted', problems: job.failure });
      const outcome = await this.#follow(job.value, request, onMessage, signal);
      if (outcome.type === 'detached') return { type: 'cancelled' };
      submissions.ended(stage);
      if (outcome.type === 'other-inputs') {
        if (replacements > 0) return failed(otherInputsFailure(request, outcome.names));
        onMessage({ type: 'log', message: otherInputsText(job.value, outcome.names), source: 'stderr' });
        continue;
      }
      if (outcome.type !== 'dead') return this.#endOf(outcome, request);
      if (replacements < MOST_REPLACEMENTS && isReplaced(outcome)) {
        exclude.push(...(outcome.state?.ended === 'node-failed' ? outcome.state.nodes : []));
        onMessage({ type: 'log', message: replacedText(job.value, outcome), source: 'stderr' });
        continue;
      }
      return this.#deadEnd(job.value, outcome, request);
    }
  }

  #follow(
    job: SubmittedJob,
    request: StageRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<JobOutcome> {
    const { watch, actions, name, times, isForced } = this.#parts;
    const forced = isForced(request.stage);
    const followed = new FollowedJob(job, {
      request,
      watch,
      actions,
      executor: name,
      isForced: forced,
      onMessage,
      onStuck: (state) => this.#warn(state, request, onMessage),
      times,
    });
    return followed.outcome(signal);
  }

  /** Warns once of each reason: all tasks of an array have the same one. */
  #warn(
    { id, reason, advice = '' }: JobState,
    { stage }: StageRequest,
    onMessage: (message: StageMessage) => void,
  ): void {
    if (this.#warned.has(reason)) return;
    this.#warned.add(reason);
    const { title } = this.#parts.scheduler;
    const message = `job ${id} of stage "${stage}" may never start: ${title} says ${reason}`;
    onMessage({ type: 'warning', problem: { message, advice } });
  }

  #endOf(
    outcome: Exclude<JobOutcome, { readonly type: 'dead' | 'detached' | 'other-inputs' }>,
    request: StageRequest,
  ): StageEnd {
    if (outcome.type === 'found') {
      const { record, isCached } = outcome;
      return isCached ? { type: 'cached', record } : { type: 'succeeded', record, seconds: record.provenance.seconds };
    }
    const { failure, isFinal, retries } = outcome;
    if (failure.kind !== 'out-of-memory') return { ...failed(failure), isFinal };
    this.#grow(request);
    // In its job, another retry would have had no more memory.
    return { ...failed(failure), retries };
  }

  #deadEnd(
    job: SubmittedJob,
    { state, hasBegun }: JobOutcome & { readonly type: 'dead' },
    request: StageRequest,
  ): StageEnd {
    const { name: executor } = this.#parts;
    const { id, output } = job;
    const failure = jobFailure({ stage: request.stage, id, executor, output, state, hasBegun });
    if (failure.cause === 'out-of-memory') this.#grow(request);
    return failed(failure);
  }

  #grow({ stage, memory }: StageRequest): void {
    const before = this.#memory.get(stage) ?? memory;
    if (before !== undefined) this.#memory.set(stage, before * MEMORY_FACTOR);
  }
}

type Dead = JobOutcome & { readonly type: 'dead' };

/** Whether a scheduler ended a job for a reason that has nothing to do with its stage. */
function isReplaced({ state }: Dead): boolean {
  return ['blocked', 'preempted', 'node-failed'].includes(state?.ended ?? '');
}

function replacedText({ id }: SubmittedJob, { state }: Dead): string {
  return `job ${id} ended (${state?.word ?? 'unknown'}); it is submitted again`;
}

function otherInputsText({ id }: SubmittedJob, names: readonly string[]): string {
  return `job ${id} had another content of ${names.join(', ')}, as it was when it began; it is submitted again`;
}

function otherInputsFailure({ stage }: StageRequest, names: readonly string[]): FailureReason {
  const message = `the job of stage "${stage}" read another content than this run did: ${names.join(', ')}`;
  const advice = 'Inputs were changed during the run. Run the pipeline again: it takes them as they are then.';
  return { kind: 'bad-input', problems: [{ message, advice }] };
}

function failed(failure: FailureReason): StageEnd & { readonly type: 'failed' } {
  return { type: 'failed', failure };
}
