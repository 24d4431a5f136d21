import type { Problem } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import { lastResult } from '../cache/results.ts';
import type { Stores } from '../cache/stores.ts';
import { adviceOnStack } from '../fingerprint/package-advice.ts';
import type { Retries } from '../plan/execution-settings.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { changedConditions } from './conditions.ts';
import type { Emit } from './events.ts';
import type { FailureReason } from './failure.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

interface Attempted {
  readonly stage: PlannedStage;
  readonly key: StageKey;
  readonly emit: Emit;
}

/** Returns the previous record of the action, even if its content was deleted. The new record will overwrite it. */
export async function outputsBefore(
  { stage, key }: Attempted,
  stores: Pick<Stores, 'actions' | 'history'>,
): Promise<ActionRecord | undefined> {
  if (!stage.deterministic) return undefined;
  const last = await lastResult(stores, stage.name);
  return last?.key === key.key ? last : stores.actions.lookUp(key.key);
}

/** Returns whether a stage that failed for this reason may succeed when it is retried. */
export function isRetryable(reason: FailureReason): boolean {
  switch (reason.kind) {
    case 'reported':
    case 'threw':
    case 'crashed':
    case 'timed-out':
    case 'out-of-memory':
    case 'bad-output':
      return true;
    case 'job':
      return reason.cause !== 'cancelled' && reason.cause !== 'not-submitted';
    case 'bad-input':
    case 'not-cached':
    case 'difference':
    case 'cache':
      return false;
    default:
      return reason satisfies never;
  }
}

/** The longest delay of a timer, in seconds. */
const LONGEST_TIMER = 2_147_483;
/** The longest pause before a retry that doubling reaches, in seconds. */
const LONGEST_PAUSE = 3600;

/** Returns how long to wait before a retry, in seconds. `retry` counts from 1. */
export function secondsBefore(retry: number, { backoff }: Retries): number {
  return Math.min(backoff * 2 ** (retry - 1), Math.max(backoff, LONGEST_PAUSE), LONGEST_TIMER);
}

/** Adds to what a package threw that does not load what to do about it. */
export function advised(reason: FailureReason, { packageAdvice }: Pick<Services, 'packageAdvice'>): FailureReason {
  if (reason.kind !== 'threw') return reason;
  const advice = adviceOnStack(reason.stack, packageAdvice);
  return advice === undefined ? reason : { ...reason, advice };
}

/** Warns of outputs that differ from the previous result of the same action key. */
export function warnOfNondeterminism(
  { stage, emit }: Attempted,
  before: ActionRecord | undefined,
  now: ActionRecord,
): void {
  if (before === undefined) return;
  for (const [name, { digest }] of Object.entries(now.outputs)) {
    if (before.outputs[name]?.digest === digest) continue;
    const changes = changedConditions(before.provenance, now.provenance);
    emit({ type: 'stage-warning', stage: stage.name, problem: nondeterminismProblem(stage.name, name, changes) });
  }
}

function nondeterminismProblem(stage: string, output: string, changes: readonly string[]): Problem {
  const message = `output "${output}" of stage "${stage}" differs from the previous result under the same action key`;
  if (changes.length > 0)
    return {
      message: `${message}, which was computed under other conditions: ${changes.join('; ')}`,
      advice:
        'The last digits may depend on them. Run it twice under the same conditions to see whether the stage is ' +
        'deterministic.',
    };
  return {
    message,
    advice:
      'If the stage is not deterministic, declare it in pipeline.yaml: deterministic: false. Otherwise look for the ' +
      'current time, unseeded random numbers, or an order that depends on the file system or on threads.',
  };
}
