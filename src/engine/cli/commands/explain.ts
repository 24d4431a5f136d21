import { failure, type Result, success } from '../../../shared/problem.ts';
import type { ActionRecord } from '../../cache/records.ts';
import { findResult, lastResult } from '../../cache/results.ts';
import type { StageResult } from '../../execute/events.ts';
import { reasonOfOpen } from '../../execute/no-result.ts';
import { reasonsSince, reasonsToRun } from '../../execute/reasons.ts';
import type { Services } from '../../execute/services.ts';
import { type KnownParts, knownParts, PathInputs } from '../../execute/stage-key.ts';
import { survey } from '../../execute/survey.ts';
import { actionKey } from '../../fingerprint/action-key.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import type { PlannedStage } from '../../plan/plan.ts';
import { StageNames } from '../../plan/stage-names.ts';
import { describeExplanation } from '../../report/explain.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../with-session.ts';

export interface ExplainOptions extends CommonOptions {
  /** List all packages. */
  readonly full: boolean;
}

/** `pipeline explain`: shows the parts of a stage's action key, and what changed since its last result. */
export async function explain(written: string, options: ExplainOptions): Promise<number> {
  return withSession(options, async ({ services }) => {
    const found = new StageNames(services.plan.stages).findOne(written);
    if (!found.ok) return reportProblems([{ ...found.failure, at: { file: written } }], options);
    if (found.value.isOpen) return explainOpen(found.value, services, options);
    const explained = await explanationOf(found.value, services);
    if (!explained.ok) return reportProblems(explained.failure, options);
    const { stage, key, cached, reasons, document, open, secrets, last } = explained.value;
    const { print, printJson, paint } = openConsole(options);
    const comparedWith = last && { key: last.key, run: last.provenance.run, finished: last.provenance.finished };
    printJson({ type: 'explained', stage, key: key ?? null, cached, reasons, open, document, secrets, comparedWith });
    print(describeExplanation(explained.value, { paint, full: options.full }));
    return EXIT.ok;
  });
}

/** Says why the instances of a stage are not known, or why they cannot be. */
async function explainOpen(stage: PlannedStage, services: Services, options: CommonOptions): Promise<number> {
  const { name } = stage;
  const result = (await survey(services, [name])).get(name);
  if (result?.outcome === 'failed' && 'problems' in result.failure)
    return reportProblems(result.failure.problems, options);
  const reasons = result?.outcome === 'blocked' ? [`${result.by} failed`] : [reasonOfOpen(stage)];
  const { print, printJson, paint } = openConsole(options);
  printJson({
    type: 'explained',
    stage: name,
    key: null,
    cached: false,
    reasons,
    open: [],
    document: null,
    secrets: [],
  });
  print(`${paint('bold', name)}  ${paint('yellow', 'would run')}: ${reasons.join('; ')}`);
  return EXIT.ok;
}

/** The known parts of a stage's key, and the record that they are compared with. */
export interface Explanation extends KnownParts {
  readonly stage: string;
  /** Undefined while upstream stages would run. */
  readonly key?: ActionKey;
  readonly cached: boolean;
  readonly reasons: readonly string[];
  /** The variables that are passed through, and are no part of the key. */
  readonly secrets: readonly string[];
  /** The current result or, if there is none, the last one. */
  readonly last?: ActionRecord;
}

async function explanationOf(stage: PlannedStage, services: Services): Promise<Result<Explanation>> {
  const { name } = stage;
  const results = await survey(services, [name]);
  const paths = new PathInputs(services, services.emit);
  const parts = await knownParts(stage, services, paths, (before) => outputsOf(results.get(before)));
  if (!parts.ok) return failure(parts.failure);
  const { document, open } = parts.value;
  const previous = await lastResult(services.stores, name);
  const base = {
    stage: name,
    document,
    open,
    secrets: stage.secrets,
    cached: false,
    ...(previous && { last: previous }),
  };
  if (open.length > 0) {
    const own = previous === undefined ? [] : reasonsSince(previous, stage, parts.value, services);
    const before = stage.dependencies.filter((dependency) => outputsOf(results.get(dependency)) === undefined);
    return success({ ...base, reasons: [...own, ...before.map((dependency) => `${dependency} would run`)] });
  }
  const key = actionKey(document);
  const record = await findResult(services.stores, key);
  if (record !== undefined) return success({ ...base, key, cached: true, reasons: [], last: record });
  return success({ ...base, key, reasons: reasonsToRun(stage, { key, document }, previous, services) });
}

function outputsOf(result: StageResult | undefined) {
  return result?.outcome === 'cached' ? result.outputs : undefined;
}
