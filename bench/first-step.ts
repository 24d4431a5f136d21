import { success } from '../src/shared/problem.ts';
import type { Row, RunBenchmark } from './benchmark.ts';
import { compareTrainings } from './training/measure.ts';

/** Measures the time from process start to the end of the first training step, and the peak memory of a training. */
export const firstStep: RunBenchmark = async (bench) => {
  const compared = await compareTrainings(bench, 2);
  if (!compared.ok) return compared;
  const rows = compared.value.flatMap(({ name, ours, peers }) =>
    peers.flatMap(({ name: peer, theirs }): Row[] => [
      { case: `${name}: first step`, peer, ours: [ours.first], theirs: [theirs.first], unit: 'ms', goal: 0.15 },
      { case: `${name}: peak memory`, peer, ours: [ours.peak], theirs: [theirs.peak], unit: 'MB', goal: 1.1 },
    ]),
  );
  return success(rows);
};
