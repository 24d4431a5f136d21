import { parseJson } from '../../../shared/parse-json.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readText } from '../../../shared/read-file.ts';
import { writeJson, writeText } from '../../../shared/text/output.ts';
import type { RunHistory } from '../../cache/history/run-history.ts';
import type { RunRecord } from '../../cache/records.ts';
import type { Services } from '../../execute/services.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import { runBefore } from '../../page/reported-run.ts';
import { revisionName } from '../../report/changes.ts';
import { type Observed, observe } from '../../summary/events.ts';
import { type Facts, isFacts } from '../../summary/facts.ts';
import { type Baseline, gatherFacts } from '../../summary/gather.ts';
import { toMarkdown } from '../../summary/markdown.ts';
import { reportProblems, reportWarnings } from '../console.ts';
import { EXIT } from '../exit.ts';
import { requireRun } from '../find-run.ts';
import type { CommonOptions } from '../options.ts';
import { ownHistory } from '../own-runs.ts';
import { lockfileAt } from '../since.ts';
import { withSession } from '../with-session.ts';

export interface CiSummaryOptions extends CommonOptions {
  /** The Git revision with whose results the metrics are compared. */
  readonly since?: string;
  /** Whether it is for a comment, which may be shorter than the page of a job. */
  readonly comment: boolean;
}

/**
 * `pipeline ci-summary`: writes Markdown about a run.
 *
 * @param file what `run --json`, `verify --json` or `ci-summary --json` has printed; by default the newest run.
 */
export async function ciSummary(file: string | undefined, options: CiSummaryOptions): Promise<number> {
  const read = file === undefined ? success(undefined) : readObserved(file);
  if (!read.ok) return reportProblems(read.failure, options);
  const seen = read.value;
  if (seen !== undefined && 'type' in seen) return print(seen, options);
  let isRefused = false;
  // A pipeline that is invalid is a result of the job, too. Its problems are among what the run has printed.
  const observer = {
    opened: () => undefined,
    refused: () => {
      isRefused = true;
    },
  };
  const code = await withSession(
    { ...options, json: false },
    async ({ services }) => summarize(seen, services, options),
    observer,
  );
  return isRefused && seen !== undefined ? print(await gatherFacts(seen, undefined, undefined), options) : code;
}

async function summarize(seen: Observed | undefined, services: Services, options: CiSummaryOptions): Promise<number> {
  const history = ownHistory(options, services.plan.name);
  const subject = subjectOf(seen, history, services);
  if (!subject.ok) return reportProblems(subject.failure, options);
  const { observed, run } = subject.value;
  const baseline = baselineOf(run && runBefore(run, history), options);
  // A summary without a comparison is better than none.
  if (!baseline.ok) reportWarnings(baseline.failure, options);
  const { plan, stores } = services;
  const reportSources = await options.engine.extensions.reportSources();
  return print(
    await gatherFacts(observed, baseline.ok ? baseline.value : undefined, { plan, stores, reportSources }),
    options,
  );
}

/** What a summary is about, and the record of that run if there is one. */
interface Subject {
  readonly observed: Observed;
  readonly run: RunRecord | undefined;
}

/** Returns what a command has printed, or else what the record of the newest run says. */
function subjectOf(seen: Observed | undefined, history: RunHistory, { commandLine }: Services): Result<Subject> {
  if (seen !== undefined) {
    const recorded = history.ids().find((id) => id === seen.run);
    return success({ observed: seen, run: recorded === undefined ? undefined : history.read(recorded) });
  }
  const run = requireRun('latest', history, commandLine);
  return run.ok ? success({ observed: observedIn(run.value), run: run.value }) : run;
}

function print(facts: Facts, { json, comment }: CiSummaryOptions): number {
  if (json) writeJson(process.stdout, facts);
  else writeText(process.stdout, toMarkdown(facts, comment ? 'comment' : 'job'));
  return EXIT.ok;
}

/** Reads what a command has printed, or the facts that another job has gathered from it. */
function readObserved(file: string): Result<Observed | Facts> {
  const text = readText(file, 'printedJson', 'follow');
  const at = { file };
  const advice = 'Give a file with what run --json, verify --json or ci-summary --json has printed.';
  if (!text.ok) return problem(`cannot read the file: ${text.failure.reason}`, { at, advice });
  const [first = ''] = text.value.split('\n', 1);
  if (text.value !== '' && !first.startsWith('{')) return problem('this is not JSON', { at, advice });
  if (!first.startsWith('{"type":"ci-summary"')) return success(observe(text.value));
  const value = parseJson(text.value)?.value;
  return isFacts(value) ? success(value) : problem('this is no summary of this version', { at, advice });
}

function baselineOf(before: RunRecord | undefined, options: CiSummaryOptions): Result<Baseline | undefined> {
  if (options.since !== undefined) {
    const read = lockfileAt(options.since, options);
    if (!read.ok) return read;
    const { lockfile, revision } = read.value;
    return success({
      name: revisionName(revision),
      keys: new Map([...lockfile].map(([stage, { key }]) => [stage, key])),
    });
  }
  if (before === undefined) return success(undefined);
  const keys = before.stages.flatMap(({ name, key }): [string, ActionKey][] =>
    key === undefined ? [] : [[name, key]],
  );
  return success({ name: `run ${before.run}`, keys: new Map(keys) });
}

/** Returns what the record of a run says, which has neither differences nor problems. */
function observedIn({ pipeline, run, ok, seconds, stages }: RunRecord): Observed {
  return {
    ...{ pipeline, run, ok, seconds },
    stages: stages.map(({ key, ...stage }) => ({ ...stage, key })),
    ...{ verified: [], differences: [], outdated: [], problems: [], warnings: [] },
  };
}
