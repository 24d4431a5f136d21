import type { ValueReader } from '../../shared/extensions/values.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { Stores } from '../cache/stores.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { type Conditions, changedMachine } from './conditions.ts';
import { differencesFromLock, withValues } from './difference.ts';
import type { CompletedStage } from './events.ts';
import type { Difference, FailureReason } from './failure.ts';
import type { LockedStage, Lockfile } from './lockfile.ts';

/**
 * The tolerance for results from another class of machine: the largest difference of two numbers, as a ratio to the
 * largest number of their tensor, column or curve.
 */
const DEFAULT_TOLERANCE = 1e-4;

export interface LockComparison {
  readonly lockfile: Lockfile;
  readonly contents: Stores['contents'];
  readonly readers: () => Promise<readonly ValueReader[]>;
  /** Accepts differences up to this, on any machine. By default, only those of another class of machine are. */
  readonly tolerance: number | undefined;
}

/**
 * Compares a result with the lockfile: bit for bit, or by value if it was computed on another class of machine or a
 * tolerance is given. A result within the tolerance counts as the locked one: what follows is computed from that, so
 * that differences do not add up from stage to stage.
 */
export async function judgeResult(
  stage: PlannedStage,
  result: CompletedStage,
  comparison: LockComparison,
): Promise<Result<CompletedStage, FailureReason>> {
  const { lockfile, contents, readers } = comparison;
  const differences = await differencesFromLock(lockfile, stage, result, contents);
  if (differences.length === 0) return success(result);
  const locked = lockfile.get(stage.name);
  const conditions = conditionsOf(result, locked);
  const tolerance = comparison.tolerance ?? (conditions.kind === 'other' ? DEFAULT_TOLERANCE : undefined);
  if (tolerance === undefined) return failure({ kind: 'difference', differences, conditions });
  const registered = await readers();
  const compared: Difference[] = [];
  for (const difference of differences) compared.push(await withValues(difference, contents, registered));
  if (!compared.every((difference) => isWithin(difference, tolerance)))
    return failure({ kind: 'difference', differences: compared, conditions, tolerance });
  const outputs = { ...result.outputs, ...locked?.outputs };
  return success({ ...result, outputs, approximation: { differences: compared, conditions, tolerance } });
}

function conditionsOf({ machine }: CompletedStage, locked: LockedStage | undefined): Conditions {
  if (machine === undefined) return { kind: 'same' };
  if (locked?.machine === undefined) return { kind: 'unknown' };
  const changes = changedMachine(locked.machine, machine);
  return changes.length === 0 ? { kind: 'same' } : { kind: 'other', changes };
}

function isWithin({ values }: Difference, tolerance: number): boolean {
  return values?.kind === 'numbers' && (values.relative?.difference ?? 0) <= tolerance;
}
