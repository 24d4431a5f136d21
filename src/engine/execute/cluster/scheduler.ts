import type { Problem, Result } from '../../../shared/problem.ts';

/** What a scheduler calls a job: `123`, or `123_4` for a task of an array. */
export type JobId = string;

/** Returns the number of a job, which is larger for a newer one. */
export function numberOf(id: JobId): number {
  return Number.parseInt(id, 10) || 0;
}

/** What a job waits for. If a job that it waits for fails, it never starts, and is removed from the queue. */
export type After =
  /** Until these have succeeded. An array has succeeded when all its tasks have. */
  | { readonly kind: 'all'; readonly jobs: readonly JobId[] }
  /** Each task of this array until the task with the same index of another array has succeeded. */
  | { readonly kind: 'same-index'; readonly array: JobId };

/** A job to submit: one stage, or an array of stages that differ in nothing that a scheduler knows. */
export interface JobRequest {
  /** The name of all jobs of a run, by which they are found again. Letters, digits and `-`. */
  readonly name: string;
  /** Tells the jobs of a run apart: letters, digits, `.` and `-`. At most 60 characters. */
  readonly label: string;
  /** Names the stage or the array, for people. */
  readonly title: string;
  /** The script of the job, for /bin/sh. It contains no secrets. */
  readonly script: string;
  /** The absolute path of the file to which its output is appended; for the tasks of an array, see `outputOf`. */
  readonly output: string;
  /** The folder in which it runs, absolute. */
  readonly folder: string;
  /** The indices of the tasks, if it is an array, sorted. The script gets the index of its task in PIPELINE_TASK. */
  readonly tasks?: readonly number[];
  readonly after: readonly After[];
  readonly cpu: number;
  /** Bytes. */
  readonly memory?: number;
  readonly gpu: number;
  /** The time limit, in seconds. */
  readonly seconds?: number;
  /** How long before its time limit the job is told that it is near, in seconds. */
  readonly warning: number;
  /** Nodes on which it must not run. */
  readonly exclude: readonly string[];
}

/** Why a job was not submitted. */
export type Refusal =
  /** The scheduler accepts no more jobs of this user for now. */
  | { readonly kind: 'limit'; readonly said: string }
  /** The scheduler does not answer. Whether the job was submitted is not known. */
  | { readonly kind: 'silent'; readonly said: string }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** `unknown`: the scheduler says something that is not known here. */
export type JobPhase = 'queued' | 'running' | 'ended' | 'unknown';

/** Why a scheduler does not answer. */
export interface Silence {
  readonly said: string;
  /** Whether its commands are not there, so that it never will. */
  readonly isMissing: boolean;
}

/** What a scheduler says of a job, or of a task of an array. */
export interface JobState {
  readonly id: JobId;
  /** The name and the label of the request. */
  readonly name: string;
  readonly label: string;
  /** The index of the task; undefined if it is not an array. */
  readonly task?: number;
  readonly phase: JobPhase;
  /** The scheduler's own word: `PENDING`, `NODE_FAIL`. */
  readonly word: string;
  /** Why it waits, or why it ended. */
  readonly reason: string;
  /** What to do about a job that waits for a reason that may never pass. */
  readonly advice?: string;
  /** The nodes on which it runs or ran. */
  readonly nodes: readonly string[];
  /** Why it ended, if the scheduler says so. `succeeded`: what ran in it did. */
  readonly ended?: JobVerdict;
}

/** How a job ended, as its scheduler sees it. */
export type JobVerdict =
  | 'succeeded'
  | 'exited'
  | 'out-of-memory'
  | 'out-of-time'
  | 'preempted'
  | 'node-failed'
  | 'cancelled'
  /** What it waited for has failed. */
  | 'blocked'
  | 'unknown';

/** A part of a file with the output of a job. */
export interface OutputPart {
  readonly path: string;
  /** How much of it was read before, in bytes. */
  readonly from: number;
}

/**
 * A queue of jobs on other machines: Slurm, or whatever else there is. A scheduler is never believed to know whether a
 * stage has succeeded: that is in the stores. No method waits longer than some seconds, and none throws because the
 * scheduler is away.
 */
export interface Scheduler {
  /** What it is called in messages: `Slurm`. */
  readonly title: string;
  /** What it can do. Without `dependencies`, a job is submitted when what it waits for has succeeded. */
  readonly can: { readonly dependencies: boolean; readonly arrays: boolean };
  /** Whether reading an output takes a process, so that it is not read all the time. */
  readonly isOutputCostly: boolean;
  /** The shell command by which a job queues itself again, if there is one. */
  readonly requeue: string | undefined;
  /** Submits a job. If the answer is lost, finds out whether it was submitted. */
  submit(job: JobRequest): Promise<Result<JobId, Refusal>>;
  /** Returns the states of all jobs with one of these names, by one query. */
  states(names: readonly string[]): Promise<Result<readonly JobState[], Silence>>;
  /** Returns what became of jobs that `states` no longer lists, as far as that is known. */
  past(ids: readonly JobId[]): Promise<readonly JobState[]>;
  cancel(ids: readonly JobId[]): Promise<Result<void>>;
  /** Returns what was added to outputs, in the order of `parts`; nothing for a file that is not there. */
  output(parts: readonly OutputPart[]): Promise<readonly (Uint8Array | undefined)[]>;
}

/** Returns the file with the output of a job, or of the task of an array. */
export function outputOf({ output }: Pick<JobRequest, 'output'>, task: number | string | undefined): string {
  return task === undefined ? output : output.replace(/(\.log)?$/, `-${task}.log`);
}
