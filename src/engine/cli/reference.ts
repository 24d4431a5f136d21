import { failure, problem, type Result, success } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import { findResult } from '../cache/results.ts';
import type { Stores } from '../cache/stores.ts';
import type { Services } from '../execute/services.ts';
import { survey } from '../execute/survey.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { NameFault } from '../plan/family.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { StageNames } from '../plan/stage-names.ts';
import { splitOutput } from '../plan/stage-reference.ts';
import { list, suggestion } from '../plan/suggest.ts';
import type { CommonOptions } from './options.ts';
import { type Referred, referToRecord } from './referred.ts';

/** A digest, or a prefix of one. */
const PREFIX = /^[0-9a-f]{6,64}$/;
/** The number of digits that messages show of a digest. */
export const SHORT_DIGEST = 12;

/** Finds the result that a REF refers to: that of the current pipeline, that of a run, or one by its digest or key. */
export async function refer(reference: string, services: Services, options: CommonOptions): Promise<Result<Referred>> {
  const inRun = splitRun(reference);
  if (inRun !== undefined) return (await import('./reference-in-run.ts')).referInRun(inRun, services, options);
  const found = findStage(reference, services.plan.stages);
  if (!found.ok && PREFIX.test(reference)) return referToDigest(reference, services);
  if (!found.ok) return failure([{ ...found.failure, at: { file: reference } }]);
  const { stage, output } = found.value;
  const outputs = stage.outputs.map(({ name }) => name);
  if (output !== undefined && !outputs.includes(output)) {
    return problem(`stage "${stage.name}" has no output "${output}"`, {
      at: { file: reference },
      advice: suggestion(output, outputs),
    });
  }
  const record = await currentRecord(stage.name, services);
  if (!record.ok) return record;
  return success(referToRecord(record.value, { stage: stage.name, output }));
}

/** Splits `RUN:STAGE` and `RUN:STAGE.OUTPUT`. Before a colon in the value of a matrix there is an `@`. */
function splitRun(reference: string): { readonly run: string; readonly rest: string } | undefined {
  const [, run, rest] = /^([^:@]+):(.+)$/s.exec(reference) ?? [];
  return run === undefined || rest === undefined ? undefined : { run, rest };
}

/** Splits a reference into stage and output. `train@rate=0.1` is a stage, `train@rate=0.1.model` one of its outputs. */
function findStage(
  reference: string,
  stages: readonly PlannedStage[],
): Result<{ readonly stage: PlannedStage; readonly output?: string }, NameFault> {
  const names = new StageNames(stages);
  const whole = names.findOne(reference);
  if (whole.ok) return success({ stage: whole.value });
  const split = splitOutput(reference);
  if (split === undefined) return whole;
  const stage = names.findOne(split.stage);
  return stage.ok ? success({ stage: stage.value, output: split.output }) : stage;
}

/** Returns the record of a stage's current result, if it is in the cache. */
async function currentRecord(stage: string, services: Services): Promise<Result<ActionRecord>> {
  const result = (await survey(services, [stage])).get(stage);
  const record = result?.outcome === 'cached' ? await findResult(services.stores, result.key) : undefined;
  if (record !== undefined) return success(record);
  const reasons = result === undefined || result.reasons.length === 0 ? '' : ` (${result.reasons.join('; ')})`;
  return problem(`the current result of stage "${stage}" is not in the cache${reasons}`, {
    advice: `Run the stage: ${services.commandLine('run', stage)}`,
  });
}

async function referToDigest(prefix: string, { stores, commandLine }: Services): Promise<Result<Referred>> {
  const { contents, actions } = stores.index.beginningWith(prefix);
  const all = [...contents, ...actions];
  if (all.length > 1) {
    const shown = all.map((digest) => digest.slice(0, Math.max(SHORT_DIGEST, prefix.length + 4)));
    return problem(`ambiguous digest: ${all.length} digests start with it: ${list(shown)}`, {
      at: { file: prefix },
      advice: 'Give more digits.',
    });
  }
  const [content] = contents;
  if (content !== undefined)
    return success({ kind: 'content', artifact: { name: content, file: content, digest: content } });
  const [action] = actions;
  if (action !== undefined) return referToAction(action, stores);
  return problem('the cache has no content and no action key with this digest', {
    at: { file: prefix },
    advice: `List the digests of the current results: ${commandLine('status', '--json')}`,
  });
}

async function referToAction(key: ActionKey, stores: Stores): Promise<Result<Referred>> {
  const record = await findResult(stores, key);
  if (record === undefined) {
    return problem('outputs of this result are missing or corrupted in the cache', {
      at: { file: key },
      advice: 'Rerun the stage that creates them; they are then recomputed.',
    });
  }
  return success(referToRecord(record, { stage: record.provenance.stage, output: undefined }));
}
