import type { ActionRecord } from '../cache/records.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { CompletedStage } from './events.ts';

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
  return { name: stage.name, outcome, key, document, seconds, reasons, outputs, metrics };
}

/** Returns a monotonic time in milliseconds. `performance.now()` would take most of a millisecond to load. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Returns the seconds since `started`, a value of `now()`, rounded to milliseconds. */
export function secondsSince(started: number): number {
  return Math.round(now() - started) / 1000;
}
