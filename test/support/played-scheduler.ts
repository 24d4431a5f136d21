import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type JobMessage, toJobLine } from '../../src/engine/execute/cluster/job-messages.ts';
import {
  type JobRequest,
  type JobState,
  outputOf,
  type Refusal,
  type Scheduler,
} from '../../src/engine/execute/cluster/scheduler.ts';
import { failure, type Result, success } from '../../src/shared/problem.ts';

/** A scheduler without machines: a test says what becomes of each job. */
export class PlayedScheduler implements Scheduler {
  readonly title = 'Slurm';
  readonly can = { dependencies: true, arrays: true };
  isOutputCostly = false;
  readonly requeue = undefined;
  /** What was submitted, in order. The id of a job is its position, from 1. */
  readonly submitted: JobRequest[] = [];
  readonly cancelled: string[] = [];
  /** The number of times that it was asked for states. */
  asked = 0;
  /** The number of outputs that were read. */
  outputsRead = 0;
  isSilent = false;
  refusal: Refusal | undefined;
  accounts: readonly JobState[] = [];
  /** The ids for which the accounts were asked, each time. */
  readonly lookedBack: (readonly string[])[] = [];
  readonly #states = new Map<string, JobState>();
  readonly #whenSubmitted: (job: JobRequest, id: string) => void;

  /** @param whenSubmitted is called with each job that is submitted. */
  constructor(whenSubmitted: (job: JobRequest, id: string) => void = () => undefined) {
    this.#whenSubmitted = whenSubmitted;
  }

  async submit(job: JobRequest): Promise<Result<string, Refusal>> {
    if (this.refusal !== undefined) return failure(this.refusal);
    this.submitted.push(job);
    const id = String(this.submitted.length);
    for (const task of job.tasks ?? [undefined]) this.becomes(id, { phase: 'queued', word: 'PENDING' }, task);
    this.#whenSubmitted(job, id);
    return success(id);
  }

  /** Has the scheduler say something of a job from now on. */
  becomes(id: string, state: Pick<JobState, 'phase' | 'word'> & Partial<JobState>, task?: number): void {
    const job = this.submitted[Number(id) - 1];
    if (job === undefined) throw new Error(`there is no job ${id}`);
    const { name, label } = job;
    const full = task === undefined ? id : `${id}_${task}`;
    this.#states.set(full, {
      id: full,
      name,
      label,
      reason: '',
      nodes: [],
      ...(task !== undefined && { task }),
      ...state,
    });
  }

  forgets(id: string): void {
    this.#states.delete(id);
  }

  /** Has a job print a message. */
  prints(id: string, message: JobMessage, task?: number): void {
    const job = this.submitted[Number(id) - 1];
    if (job === undefined) throw new Error(`there is no job ${id}`);
    const path = outputOf(job, task);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${JSON.stringify(toJobLine(message))}\n`);
  }

  async states(names: readonly string[]): ReturnType<Scheduler['states']> {
    this.asked++;
    if (this.isSilent) return failure({ said: 'no answer', isMissing: false });
    return success([...this.#states.values()].filter(({ name }) => names.includes(name)));
  }

  async past(ids: readonly string[]): Promise<readonly JobState[]> {
    this.lookedBack.push(ids);
    return this.accounts.filter(({ id }) => ids.includes(id));
  }

  async cancel(ids: readonly string[]): Promise<Result<void>> {
    this.cancelled.push(...ids);
    return success(undefined);
  }

  async output(parts: Parameters<Scheduler['output']>[0]): ReturnType<Scheduler['output']> {
    this.outputsRead += parts.length;
    return parts.map(({ path, from }) => {
      try {
        return readFileSync(path).subarray(from);
      } catch {
        return undefined;
      }
    });
  }
}
