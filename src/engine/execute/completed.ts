import { isAbort } from '../../shared/abort.ts';
import type { Result } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { CompletedStage, StageResult } from './events.ts';
import type { FailureReason } from './failure.ts';

/** Turns the record of a stage into its result in this run. */
export function toCompleted(
  stage: PlannedStage,
  outcome: CompletedStage['outcome'],
  record: ActionRecord,
  { seconds, reasons }: Pick<CompletedStage, 'seconds' | 'reasons'>,
): CompletedStage {
  const outputs: Record<string, Digest> = {};
  for (const [name, { digest }] of Object.entries(record.outputs)) outputs[name] = digest;
  const { key, document, metrics } = record;
  const { usage, machine } = record.provenance;
  return {
    name: stage.name,
    outcome,
    key,
    document,
    seconds,
    reasons,
    outputs,
    metrics,
    ...(machine && { machine }),
    ...(outcome === 'ran' && usage && { usage }),
  };
}

/** Checks the result of a completed stage. Returns the result that counts, or why it is rejected, so that the stage fails. */
export type ResultCheck = (
  stage: PlannedStage,
  result: CompletedStage,
) => Promise<Result<CompletedStage, FailureReason>>;

/** Returns what a check makes of a result. Only results of completed stages are checked. */
export async function checked(
  stage: PlannedStage,
  result: StageResult,
  check: ResultCheck | undefined,
): Promise<StageResult> {
  if (check === undefined || (result.outcome !== 'ran' && result.outcome !== 'cached')) return result;
  const found = await check(stage, result);
  if (found.ok) return found.value;
  const { name, seconds, reasons, key } = result;
  return { name, seconds, reasons, key, outcome: 'failed', failure: found.failure };
}

/** Returns the result of a stage during which the run was interrupted. Rethrows any other error. */
export function cancelledBy(error: unknown, name: string): StageResult {
  if (!isAbort(error)) throw error;
  return { name, seconds: 0, reasons: [], outcome: 'cancelled' };
}
