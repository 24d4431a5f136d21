import { lastResult } from '../cache/results.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Dependencies } from './dependencies.ts';
import type { StageResult } from './events.ts';
import { reasonsSince } from './reasons.ts';
import type { Services } from './services.ts';
import { knownParts, type PathInputs } from './stage-key.ts';

/** Reports that upstream stages would run, and which of the stage's own params, code and known inputs changed. */
export async function wouldRunAfter(
  stage: PlannedStage,
  { wouldRun, completed }: Dependencies,
  services: Services,
  paths: PathInputs,
): Promise<StageResult> {
  const last = await lastResult(services.stores, stage.name);
  const parts = await knownParts(stage, services, paths, (name) => completed.get(name)?.outputs);
  const base = { name: stage.name, seconds: 0 };
  if (!parts.ok)
    return { ...base, reasons: [], outcome: 'failed', failure: { kind: 'bad-input', problems: parts.failure } };
  const own = last === undefined ? [] : reasonsSince(last, stage, parts.value, services);
  return { ...base, reasons: [...own, ...wouldRun.map((name) => `${name} would run`)], outcome: 'would-run' };
}
