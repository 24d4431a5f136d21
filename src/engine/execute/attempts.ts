import type { Problem } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import { lastResult } from '../cache/results.ts';
import type { Stores } from '../cache/stores.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Emit } from './events.ts';
import type { FailureReason } from './failure.ts';
import type { StageKey } from './stage-key.ts';

interface Attempted {
  readonly stage: PlannedStage;
  readonly key: StageKey;
  readonly emit: Emit;
}

/** What the same action put out before, even where its content is gone. Read early: the new record takes its place. */
export async function outputsBefore(
  { stage, key }: Attempted,
  stores: Pick<Stores, 'actions' | 'history'>,
): Promise<ActionRecord | undefined> {
  if (!stage.deterministic) return undefined;
  const last = await lastResult(stores, stage.name);
  return last?.key === key.key ? last : stores.actions.lookUp(key.key);
}

/** Whether another attempt may end otherwise. */
export function isRetryable(reason: FailureReason): boolean {
  switch (reason.kind) {
    case 'reported':
    case 'threw':
    case 'crashed':
    case 'timed-out':
    case 'bad-output':
      return true;
    case 'bad-input':
    case 'not-cached':
    case 'difference':
    case 'cache':
      return false;
    default:
      return reason satisfies never;
  }
}

/** Warns of outputs whose content is another one than before, although all that should decide it is the same. */
export function warnOfNondeterminism(
  { stage, emit }: Attempted,
  before: ActionRecord | undefined,
  now: ActionRecord,
): void {
  if (before === undefined) return;
  for (const [name, { digest }] of Object.entries(now.outputs)) {
    if (before.outputs[name]?.digest === digest) continue;
    emit({ type: 'stage-warning', stage: stage.name, problem: changeProblem(stage.name, name) });
  }
}

function changeProblem(stage: string, output: string): Problem {
  return {
    message: `stage «${stage}» put out another content than before as «${output}», with the same action key`,
    advice:
      'If it cannot repeat itself, say so in pipeline.yaml: deterministic: false. Otherwise look for the time of day, ' +
      'random numbers without a seed, or an order that files or threads decide.',
  };
}
