import type { ReportedRun } from './reported-run.ts';

/** When a stage of a run waited and ran, in seconds after the start of the run. */
export interface StageTime {
  readonly name: string;
  /** When all its inputs were there: at the start of the run, or at the end of the last stage before it. */
  readonly ready: number;
  readonly start: number;
  readonly end: number;
  readonly seconds: number;
  /** In bytes, if it is known. */
  readonly peakMemory: number | undefined;
}

/** Returns the times of the stages that the run computed and whose records are left, in the order in which they started. */
export function stageTimes({ run, stages, edges }: Pick<ReportedRun, 'run' | 'stages' | 'edges'>): StageTime[] {
  const started = Date.parse(run.started);
  const times = new Map(
    stages.flatMap(({ name, isOwn, record, usage }) => {
      if (!isOwn || record === undefined) return [];
      const { finished, seconds } = record.provenance;
      const end = (Date.parse(finished) - started) / 1000;
      const peakMemory = (usage ?? record.provenance.usage)?.peakMemory;
      return [[name, { name, start: Math.max(0, end - seconds), end, seconds, peakMemory }] as const];
    }),
  );
  return Array.from(times.values(), (time) => {
    const ends = edges.flatMap(({ from, to }) => (to === time.name ? [times.get(from)?.end ?? 0] : []));
    return { ...time, ready: Math.min(time.start, Math.max(0, ...ends)) };
  }).sort((a, b) => a.start - b.start);
}

/** Returns the largest sum of the peaks of stages that ran at the same time, in bytes; 0 if none is known. */
export function mostMemory(times: readonly StageTime[]): number {
  const sums = times.map(({ start }) =>
    times.reduce((sum, other) => (other.start <= start && start < other.end ? sum + (other.peakMemory ?? 0) : sum), 0),
  );
  return Math.max(0, ...sums);
}
