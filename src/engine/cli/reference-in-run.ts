import { problem, type Result, success } from '../../shared/problem.ts';
import type { RunRecord, StageOutcomeRecord } from '../cache/records.ts';
import { findResultOfRun } from '../cache/results.ts';
import type { Services } from '../execute/services.ts';
import { splitOutput } from '../plan/stage-reference.ts';
import { suggestion } from '../plan/suggest.ts';
import { requireRun } from './find-run.ts';
import type { CommonOptions } from './options.ts';
import { ownHistory } from './own-runs.ts';
import { type Referred, referToRecord } from './referred.ts';

/** Finds what `latest:train.model` or another `RUN:STAGE.OUTPUT` refers to: the result that the run used or computed. */
export async function referInRun(
  { run: text, rest }: { readonly run: string; readonly rest: string },
  services: Services,
  options: CommonOptions,
): Promise<Result<Referred>> {
  const { plan, stores, commandLine } = services;
  const found = requireRun(text, ownHistory(options, plan.name), commandLine);
  if (!found.ok) return found;
  const run = found.value;
  const at = { file: `${text}:${rest}` };
  const part = findPart(rest, run);
  if (part === undefined) {
    const names = run.stages.map(({ name }) => name);
    const advice = suggestion(rest, names);
    return problem(`run ${run.run} has no stage "${rest}"`, { at, advice });
  }
  const { stage, output } = part;
  if (stage.key === undefined || Object.keys(stage.outputs).length === 0) {
    const advice = `Choose another run: ${commandLine('runs')}`;
    return problem(`stage "${stage.name}" has no result in run ${run.run} (${stage.outcome})`, { at, advice });
  }
  const outputs = Object.keys(stage.outputs);
  if (output !== undefined && !outputs.includes(output)) {
    const advice = suggestion(output, outputs);
    return problem(`stage "${stage.name}" has no output "${output}" in run ${run.run}`, { at, advice });
  }
  const record = await findResultOfRun(stores, stage);
  if (record === undefined) {
    return problem(`the result of stage "${stage.name}" in run ${run.run} is no longer in the cache`, {
      at,
      advice: `Run the pipeline again with the params of this run; the difference from now: ${commandLine('diff', run.run)}`,
    });
  }
  return success(referToRecord(record, { stage: stage.name, output }));
}

function findPart(
  text: string,
  { stages }: RunRecord,
): { readonly stage: StageOutcomeRecord; readonly output: string | undefined } | undefined {
  const whole = stages.find(({ name }) => name === text);
  if (whole !== undefined) return { stage: whole, output: undefined };
  const split = splitOutput(text);
  const stage = stages.find(({ name }) => name === split?.stage);
  return stage && { stage, output: split?.output };
}
