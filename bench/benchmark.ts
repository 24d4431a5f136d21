import type { Result } from '../src/shared/problem.ts';

/** The context of a benchmark. */
export interface Bench {
  /** The root of this repository; its dist/ is up to date. */
  readonly root: string;
  /** An empty folder that is deleted afterwards. */
  readonly scratch: string;
  /** The number of repetitions of each measurement, if given on the command line. */
  readonly rounds: number | undefined;
  /** Reports what is being done. */
  note(message: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Imports the benchmark on demand, because its dependencies may be large. */
  readonly load: () => Promise<RunBenchmark>;
}

export type RunBenchmark = (bench: Bench) => Promise<Result<readonly Row[]>>;

/** Repeated measurements of the same quantity, in order. */
export type Samples = readonly number[];

/** One comparison of this project with a peer or a lower bound ("floor"), both measured in the same run. */
export interface Row {
  readonly case: string;
  readonly peer: string;
  readonly ours: Samples;
  readonly theirs: Samples;
  readonly unit: 'ms' | 'MB' | '%' | `${string}/s`;
  /** The maximum of the ratio ours/theirs, or the minimum if `better` is `higher`. */
  readonly goal?: number;
  readonly better?: 'lower' | 'higher';
}
