import { success } from '../src/shared/problem.ts';
import type { Row, RunBenchmark } from './benchmark.ts';
import { compareTrainings, profileTrainings } from './training/measure.ts';

const STEPS = 10;
const GOAL = 0.95;

/** Compares a training step and a prediction after warm-up. */
export const trainingStep: RunBenchmark = async (bench) => {
  const compared = await compareTrainings(bench, bench.rounds ?? STEPS);
  if (!compared.ok) return compared;
  const profiled = await profileTrainings(bench);
  if (!profiled.ok) return profiled;
  const rows = compared.value.flatMap(({ name, ours, peers }) =>
    peers.flatMap(({ name: peer, theirs }): Row[] => [
      { case: `${name}: step`, peer, ours: ours.steps, theirs: theirs.steps, unit: 'ms', goal: GOAL },
      { case: `${name}: prediction`, peer, ours: ours.predictions, theirs: theirs.predictions, unit: 'ms', goal: GOAL },
    ]),
  );
  return success(rows);
};
