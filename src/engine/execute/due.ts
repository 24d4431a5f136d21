import type { ActionKey } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Emit, StageResult } from './events.ts';
import type { StageKey } from './stage-key.ts';

/** A stage that has to run and whose inputs are complete. */
export interface Due {
  readonly stage: PlannedStage;
  readonly key: StageKey;
  readonly run: string;
  readonly reasons: readonly string[];
  /** Whether it must run even if the cache has a result. */
  readonly forced: boolean;
  readonly priority: number;
  /** The stages of this run that compute an action at the moment. */
  readonly computing: Map<ActionKey, string>;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Whether the run has been stopped since. */
  stopped(): boolean;
  /** Awaited before the resources are released, so that after a failure no waiting stage starts. */
  judge(result: StageResult): Promise<StageResult>;
}

/** An input was deleted from the cache after it was looked up. */
export interface InputsGone {
  readonly outcome: 'inputs-gone';
  readonly seconds: number;
  readonly key: StageKey;
  readonly reasons: readonly string[];
}
