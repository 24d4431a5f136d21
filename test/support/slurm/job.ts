/** The states of a job, as `squeue` and `sacct` name them. */
export type JobState =
  | 'PENDING'
  | 'RUNNING'
  | 'COMPLETING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TIMEOUT'
  | 'NODE_FAIL'
  | 'OUT_OF_MEMORY';

/** What a job asks for: options of `sbatch`, and lines of its script that begin with `#SBATCH`. */
export interface JobRequest {
  readonly name: string;
  readonly comment: string;
  readonly script: string;
  /** The indexes of an array, and how many of them may run at once. */
  readonly array?: { readonly indexes: readonly number[]; readonly limit?: number };
  readonly cpus: number;
  /** Megabytes. */
  readonly memory: number;
  readonly gpus: number;
  /** Milliseconds. */
  readonly timeLimit: number;
  readonly dependencies: readonly Dependency[];
  readonly killOnInvalidDependency: boolean;
  readonly isHeld: boolean;
  readonly excluded: readonly string[];
  /** `--signal=B:USR2@120`: sent to the script this long before its time limit, in milliseconds. */
  readonly warning?: { readonly signal: NodeJS.Signals; readonly before: number };
  /** The file for what it prints, with `%j`, `%A` and `%a` in it. */
  readonly output: string;
  /** Whether that file keeps what an earlier start has printed. */
  readonly appends: boolean;
  /** The environment of the script, as far as it is exported. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

export interface Dependency {
  readonly kind: 'afterok' | 'afterany' | 'afternotok' | 'aftercorr';
  /** The id of a job or an array, or of one job of an array: `12` or `12_3`. */
  readonly on: string;
}

/** How a script has ended. */
export type JobEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'out-of-memory' };

/** A job or one job of an array. */
export interface Job {
  /** The number that no other job has. */
  readonly raw: number;
  /** `12`, or `12_3` for one job of an array. */
  readonly id: string;
  readonly array?: { readonly id: number; readonly index: number };
  readonly request: JobRequest;
  state: JobState;
  reason: string;
  node: string | undefined;
  readonly submitted: number;
  started: number | undefined;
  ended: number | undefined;
  end: JobEnd | undefined;
  cancelledBy: number | undefined;
  restarts: number;
  isCancelledAlone: boolean;
  /** Sends a signal to its script while it runs. */
  kill: ((signal: NodeJS.Signals) => void) | undefined;
}

/** A job that has started, for whoever does its work. */
export interface StartedJob {
  readonly request: JobRequest;
  readonly node: string;
  /** `SLURM_JOB_ID` and others. */
  readonly environment: Readonly<Record<string, string>>;
  /** The file for what it prints. */
  readonly output: string;
  /** Has `listener` called with each signal that is sent to the script. SIGKILL has ended it already. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
}

export type Work = (job: StartedJob) => Promise<JobEnd>;

export function isOver({ state }: Job): boolean {
  return state !== 'PENDING' && state !== 'RUNNING' && state !== 'COMPLETING';
}

export function hasSucceeded({ state }: Job): boolean {
  return state === 'COMPLETED';
}

/** Returns the environment in which the script of a job runs. */
export function environmentOf({ raw, array, node, restarts, request }: Job): Record<string, string> {
  return {
    ...request.environment,
    SLURM_JOB_ID: String(raw),
    SLURM_JOB_NAME: request.name,
    SLURMD_NODENAME: node ?? '',
    SLURM_RESTART_COUNT: String(restarts),
    ...(array && { SLURM_ARRAY_JOB_ID: String(array.id), SLURM_ARRAY_TASK_ID: String(array.index) }),
    ...(request.gpus > 0 && { CUDA_VISIBLE_DEVICES: Array.from({ length: request.gpus }, (_, gpu) => gpu).join(',') }),
  };
}

/** Returns the file for what a job prints. */
export function outputOf({ raw, array, request }: Job): string {
  const values: Readonly<Record<string, string>> = {
    j: String(raw),
    A: String(array?.id ?? raw),
    a: String(array?.index ?? 4_294_967_294),
    x: request.name,
  };
  return request.output.replaceAll(/%([jAax])/g, (_, letter: string) => values[letter] ?? '');
}
