import { join } from 'node:path';
import type { RunRecord } from '../../cache/records.ts';
import type { RunResult } from '../../execute/events.ts';
import { execute } from '../../execute/execute.ts';
import { isUpToDate, lockfileName } from '../../execute/lockfile.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Choice, select } from '../../plan/select.ts';
import { summarize } from '../../report/summary.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { exitCodeOf } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { printFailures, reporterFor } from '../reporter.ts';
import { missingInputs } from '../session.ts';
import { withSession } from '../with-session.ts';

export interface RunCommandOptions extends CommonOptions, Omit<Choice, 'stages'> {
  readonly dryRun: boolean;
  readonly keepGoing: boolean;
  /** Fail unless the lockfile matches the pipeline, and every result matches the lockfile. */
  readonly locked: boolean;
  /** Believe the results of others in the cache as if this user had computed them. */
  readonly trustCache: boolean;
}

/** `pipeline run` and, as a dry run of all stages, `pipeline status`. Returns the exit code. */
export async function run(stages: readonly string[], options: RunCommandOptions): Promise<number> {
  const session = { fromScratch: options.locked, adopt: options.trustCache && !options.dryRun };
  return withSession({ ...options, ...session }, async ({ services }, signal) => {
    const selection = select(services.plan, { ...options, stages });
    if (!selection.ok) return reportProblems(selection.failure, options);
    const missing = missingInputs(services.plan, selection.value.stages);
    if (missing.length > 0) return reportProblems(missing, options);

    const checkResult = options.locked
      ? await (await import('../locked.ts')).lockedResultCheck(services, selection.value.stages, options)
      : undefined;
    if (typeof checkResult === 'number') return checkResult;

    const console = openConsole(options);
    const { emit, close } = reporterFor(options, console);
    const started = new Date().toISOString();
    const { dryRun, keepGoing } = options;
    const result = await execute(services, {
      selection: selection.value,
      dryRun,
      keepGoing,
      signal,
      emit,
      ...(checkResult && { checkResult }),
    });
    await close();
    if (!dryRun) services.stores.history.addRun(toRecord(result, services.plan, started));
    conclude(result, services.plan, console);
    const foreign = result.stages.filter((stage) => 'outputs' in stage && services.vouched.isForeign(stage.key));
    const locks = result.ok && !dryRun && isWhole(result, services.plan) && ownsLockfile(options);
    // Loaded on demand, since usually every result is this user's own, and the lockfile is up to date.
    if (foreign.length > 0) (await import('../foreign-results.ts')).warnOfForeign(foreign, options, locks);
    else if (locks && !isUpToDate(join(services.plan.root, lockfileName(options.profile)), result)) {
      const { updateLockfile } = await import('../update-lockfile.ts');
      const updated = updateLockfile(result, services.plan.root, options, console);
      if (!updated.ok) return reportProblems(updated.failure, { ...options, json: false });
    }
    return exitCodeOf(result);
  });
}

function isWhole({ stages }: RunResult, plan: Plan): boolean {
  return stages.length === plan.stages.length;
}

/** The lockfile describes the pipeline as declared in its file: results of `--set` are not locked. */
function ownsLockfile({ locked, set }: RunCommandOptions): boolean {
  return !locked && set.length === 0;
}

function conclude(result: RunResult, plan: Plan, console: Console): void {
  printFailures(result, console);
  const read = new Set(plan.stages.flatMap((stage) => stage.dependencies));
  const ends = plan.stages.map((stage) => stage.name).filter((name) => !read.has(name));
  console.print(summarize(result, ends, console.paint));
}

function toRecord({ run: id, ok, seconds, stages }: RunResult, plan: Plan, started: string): RunRecord {
  const params = new Map(plan.stages.map((stage) => [stage.name, stage.params]));
  return {
    run: id,
    pipeline: plan.name,
    started,
    seconds,
    ok,
    stages: stages.map((stage) => ({
      name: stage.name,
      outcome: stage.outcome,
      seconds: stage.seconds,
      reasons: stage.reasons,
      ...('key' in stage && stage.key !== undefined && { key: stage.key }),
      params: params.get(stage.name) ?? {},
      outputs: 'outputs' in stage ? stage.outputs : {},
      metrics: 'metrics' in stage ? stage.metrics : {},
    })),
  };
}
