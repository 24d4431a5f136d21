import { failure, type Problem, type Result } from '../../shared/problem.ts';
import type { ActionRecord, Claim } from '../cache/records.ts';
import type { FailureReason } from './events.ts';
import { type NoResult, runStage, type StageRun } from './run-stage.ts';
import type { Services } from './services.ts';

/** A stage that failed as often as it was tried. */
export interface FailedTries {
  readonly reason: FailureReason;
  readonly tries: number;
}

/** Runs a stage, again if it fails and declares `retries`. Its work directory stays, so that it can go on from there. */
export async function runTries(
  run: StageRun,
  claim: Claim,
  services: Services,
): Promise<Result<ActionRecord, FailedTries | Exclude<NoResult, FailureReason>>> {
  const { stage, emit } = run;
  // Read now: the new record takes its place.
  const before = stage.deterministic ? earlierRecord(run, services) : undefined;
  for (let tries = 1; ; tries++) {
    const result = await runStage(run, claim, services);
    if (result.ok) {
      const changed = before === undefined ? [] : changedOutputs(before, result.value);
      for (const output of changed) {
        emit({ type: 'stage-warning', stage: stage.name, problem: changeProblem(stage.name, output) });
      }
      return result;
    }
    if (result.failure === 'cancelled' || result.failure === 'inputs-gone') return failure(result.failure);
    if (tries > stage.retries || !mayPass(result.failure)) return failure({ reason: result.failure, tries });
    emit({ type: 'stage-retrying', stage: stage.name, failure: result.failure, retry: tries, retries: stage.retries });
  }
}

/** What the same action put out before, even where its content is gone. */
function earlierRecord({ stage, key }: StageRun, { cache }: Services): ActionRecord | undefined {
  const last = cache.lastOf(stage.name);
  return last?.key === key.key ? last : cache.find(key.key);
}

/** Whether another try may end otherwise. */
function mayPass(reason: FailureReason): boolean {
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

/** The outputs whose content is another one than before, although all that should decide it is the same. */
function changedOutputs(before: ActionRecord, now: ActionRecord): string[] {
  return Object.keys(now.outputs).filter((name) => before.outputs[name]?.digest !== now.outputs[name]?.digest);
}

function changeProblem(stage: string, output: string): Problem {
  return {
    message: `stage «${stage}» put out another content than before as «${output}», with the same action key`,
    advice:
      'If it cannot repeat itself, say so in pipeline.yaml: deterministic: false. Otherwise look for the time of day, ' +
      'random numbers without a seed, or an order that files or threads decide.',
  };
}
