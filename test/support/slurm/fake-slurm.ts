import { Cluster, type ClusterOptions } from './cluster.ts';
import type { Work } from './job.ts';
import { type Answer, fault, sacct, scancel, squeue } from './programs.ts';
import { readSubmission } from './sbatch.ts';
import { type Clock, VirtualClock } from './virtual-clock.ts';

export const PROGRAMS = ['sbatch', 'squeue', 'sacct', 'scancel'] as const;

type Program = (typeof PROGRAMS)[number];

export interface Call {
  readonly program: Program;
  readonly args: readonly string[];
  /** When it was started, in milliseconds. */
  readonly at: number;
}

export interface CallContext {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Ends the program. What it has asked for may have been done by then. */
  readonly signal?: AbortSignal;
}

/** What goes wrong with a call. `lost`: it is done, but its answer never comes. `fails-late`: it is done, and then fails. */
export type Trouble = { readonly kind: 'lost' } | { readonly kind: 'fails' | 'fails-late'; readonly message: string };

export interface FakeSlurmOptions extends Partial<Omit<ClusterOptions, 'work'>> {
  readonly work: Work;
  /** How long a program takes, in milliseconds. */
  readonly latency?: (program: Program) => number;
  /** Whether `sacct` works. */
  readonly accounting?: boolean;
  /** Returns what goes wrong with a call. */
  readonly trouble?: (call: Call) => Trouble | undefined;
}

/** The commands of Slurm for a cluster that exists only in this process. */
export class FakeSlurm {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** The calls so far. */
  readonly calls: Call[] = [];
  readonly #options: FakeSlurmOptions;

  constructor(options: FakeSlurmOptions) {
    this.#options = options;
    this.clock = options.clock ?? new VirtualClock();
    const size = { nodes: 2, cpusPerNode: 4, memoryPerNode: 4000, gpusPerNode: 2 };
    const times = { schedule: 0, launch: 0, complete: 0, killWait: 3000 };
    const limits = { maxSubmit: Number.POSITIVE_INFINITY, maxArraySize: 1001, minJobAge: 300_000 };
    this.cluster = new Cluster({ ...size, ...times, ...limits, ...options, clock: this.clock });
  }

  /** Runs one of the commands, as if it were a program on PATH. */
  async run(name: string, args: readonly string[], context: CallContext = {}): Promise<Answer> {
    const program = PROGRAMS.find((each) => each === name);
    if (program === undefined) throw new Error(`Slurm has no command ${name}`);
    const call = { program, args, at: this.clock.now() };
    this.calls.push(call);
    const trouble = this.#options.trouble?.(call);
    const latency = this.#options.latency?.(program) ?? 0;
    await this.clock.sleep(latency / 2, context.signal);
    // Slurm may have done what it was asked for when it fails to answer.
    const done = trouble?.kind === 'fails' ? undefined : this.#answer(program, args, context);
    const fails = trouble !== undefined && trouble.kind !== 'lost' ? fault(program, trouble.message) : undefined;
    await this.clock.sleep(trouble?.kind === 'lost' ? Number.POSITIVE_INFINITY : latency / 2, context.signal);
    return fails ?? done ?? fault(program, 'nothing was done');
  }

  /** An option that it does not know is a fault, as for the real one. */
  #answer(program: Program, args: readonly string[], context: CallContext): Answer {
    try {
      return this.#perform(program, args, context);
    } catch (error) {
      return fault(program, (error as Error).message);
    }
  }

  #perform(program: Program, args: readonly string[], context: CallContext): Answer {
    switch (program) {
      case 'sbatch':
        return this.#submit(args, context);
      case 'squeue':
        return squeue(args, this.cluster);
      case 'sacct':
        if (this.#options.accounting !== false) return sacct(args, this.cluster);
        return { code: 1, stdout: '', stderr: 'Slurm accounting storage is disabled\n' };
      case 'scancel':
        return scancel(args, this.cluster);
    }
  }

  #submit(args: readonly string[], { input = '', environment = {}, directory = '/' }: CallContext): Answer {
    const { request, isParsable } = readSubmission(args, input, { environment, directory });
    try {
      const id = this.cluster.submit(request);
      return { code: 0, stdout: isParsable ? `${id}\n` : `Submitted batch job ${id}\n`, stderr: '' };
    } catch (error) {
      return fault('sbatch', `Batch job submission failed: ${(error as Error).message}`);
    }
  }
}
