import type { Problem } from '../../shared/problem.ts';
import { distinctLists } from '../plan/lists.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { InputsGone } from './due.ts';
import type { StageResult } from './events.ts';
import type { FailureReason } from './failure.ts';
import type { Services } from './services.ts';

/** How often a stage is attempted when its inputs are deleted from the cache during the run. */
export const MOST_ATTEMPTS = 3;

/** Returns the result of what stands for instances that are not known, or that cannot be planned because of `problems`. */
export function openResult(stage: PlannedStage, problems: readonly Problem[]): StageResult {
  const base = { name: stage.name, seconds: 0 };
  if (problems.length > 0) return { ...base, reasons: [], outcome: 'failed', failure: { kind: 'bad-input', problems } };
  return { ...base, reasons: [reasonOfOpen(stage)], outcome: 'would-run' };
}

/** Explains why the instances of a stage are not known. */
export function reasonOfOpen({ lists = {} }: PlannedStage): string {
  const stages = [...new Set(distinctLists(Object.values(lists)).map(({ stage }) => stage))];
  return `its instances are known when ${stages.join(' and ')} ${stages.length === 1 ? 'has' : 'have'} run`;
}

/** Returns the failure of a stage that may only come from the cache, and is not there. */
export function notCached(
  { name }: PlannedStage,
  reasons: readonly string[],
  { commandLine }: Services,
): FailureReason {
  const problem = {
    message: `the result of stage "${name}" is not in the cache (${reasons.join('; ')})`,
    advice: `Run it first: ${commandLine('run', name)}`,
  };
  return { kind: 'not-cached', problems: [problem] };
}

/** Returns the failure of a stage whose inputs were deleted again and again. */
export function inputsGoneFailure({ name }: PlannedStage, { seconds, key, reasons }: InputsGone): StageResult {
  const problems = [
    {
      message: `the inputs of stage "${name}" were deleted from the cache during the run, ${MOST_ATTEMPTS} times`,
      advice: 'Stop whatever deletes files from the cache, then run again.',
    },
  ];
  return { name, seconds, reasons, key: key.key, outcome: 'failed', failure: { kind: 'cache', problems } };
}
