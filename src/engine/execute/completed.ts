import { isAbort } from '../../shared/abort.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { CompletedStage, StageResult } from './events.ts';

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
  const { usage } = record.provenance;
  return {
    name: stage.name,
    outcome,
    key,
    document,
    seconds,
    reasons,
    outputs,
    metrics,
    ...(outcome === 'ran' && usage && { usage }),
  };
}

/** Returns the result of a stage during which the run was interrupted. Rethrows any other error. */
export function cancelledBy(error: unknown, name: string): StageResult {
  if (!isAbort(error)) throw error;
  return { name, seconds: 0, reasons: [], outcome: 'cancelled' };
}
