import type { Result } from '../src/shared/problem.ts';

/** What a benchmark is given. */
export interface Bench {
  /** The folder of this repository; dist/ in it is up to date. */
  readonly root: string;
  /** An empty folder that is removed afterwards. */
  readonly scratch: string;
  /** How often to repeat each measurement, if the command line says so. */
  readonly rounds: number | undefined;
  /** Tells whoever waits what is being done. */
  note(message: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Loaded when it is called: a benchmark may import anything large. */
  readonly load: () => Promise<RunBenchmark>;
}

export type RunBenchmark = (bench: Bench) => Promise<Result<readonly Row[]>>;

/** Repeated measurements of the same thing, in their order. */
export type Samples = readonly number[];

/** One comparison: ours beside a peer or a floor, both measured in the same run. */
export interface Row {
  readonly case: string;
  readonly peer: string;
  readonly ours: Samples;
  readonly theirs: Samples;
  readonly unit: 'ms' | 'MB' | `${string}/s`;
  /** What the ratio ours/theirs should be at most or, where `better` is «higher», at least. */
  readonly goal?: number;
  readonly better?: 'lower' | 'higher';
}
