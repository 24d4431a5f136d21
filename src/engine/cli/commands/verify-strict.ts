import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { success } from '../../../shared/problem.ts';
import type { RunEvent, RunResult } from '../../execute/events.ts';
import { execute } from '../../execute/execute.ts';
import type { Lockfile } from '../../execute/lockfile.ts';
import type { Services } from '../../execute/services.ts';
import { planVerification, type Verification } from '../../execute/verification.ts';
import { describePass, passHeadline, passJson, summarizeStrict } from '../../report/strict.ts';
import type { PassResult, Rerun } from '../../verify/pass.ts';
import { runPasses } from '../../verify/run-passes.ts';
import { STRICT_PASSES } from '../../verify/strict-passes.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import { checkAgainstLockfile, type ToleranceOptions } from '../locked.ts';
import { printFailures, reporterFor } from '../reporter.ts';
import { inFresh } from '../rerun.ts';

export interface StrictOptions extends ToleranceOptions {
  /** The names of the passes; none for all of them. */
  readonly pass: readonly string[];
  /** Print the stacks of errors. */
  readonly stack: boolean;
}

/** What `pipeline verify` has found out before it runs anything. */
export interface Prepared {
  readonly services: Services;
  readonly verification: Verification;
  readonly lockfile: Lockfile;
  /** The stages as the user has given them. */
  readonly stages: readonly string[];
  /** Where empty caches are created. Absolute; deleted afterwards. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** `pipeline verify --strict`: looks in several passes for what stages use without having declared it. */
export async function verifyStrictly(prepared: Prepared, options: StrictOptions): Promise<number> {
  const { services, signal } = prepared;
  const console = openConsole(options);
  const { paint } = console;
  console.print(`${paint('bold', services.plan.name)} · verify --strict`);
  for (const stage of prepared.verification.pinned)
    console.print(`${paint('yellow', '○')} ${stage} is left out: it is declared non-deterministic`);
  const passes = STRICT_PASSES.filter(({ name }) => options.pass.length === 0 || options.pass.includes(name));
  const rerun = (how: Rerun) => rerunStages(how, prepared, options, console);
  const results = await runPasses(
    passes,
    { services, signal, rerun },
    {
      started: (pass) => {
        console.printJson({ type: 'pass-started', pass: pass.name });
        console.print(`\n${passHeadline(pass, paint)}`);
      },
      finished: async (result) => {
        if (result.failed) await printFailures(result.failed, console, { stack: options.stack, logs: undefined });
        const text = describePass(result, console.folders, paint);
        if (text !== '') console.print(text);
        for (const { stage, problem } of result.findings) console.annotate([problem], 'error', stage);
        for (const line of passJson(result)) console.printJson(line);
      },
    },
  );
  if (!results.ok) return reportProblems(results.failure, options);
  console.print(`\n${summarizeStrict(results.value, paint)}`);
  const code = exitCode(results.value);
  const states = results.value.map(({ pass, state }) => ({ pass, state }));
  console.printJson({ type: 'verify-finished', ok: code === EXIT.ok, passes: states });
  return code;
}

function exitCode(results: readonly PassResult[]): number {
  if (results.some(({ state }) => state === 'cancelled')) return EXIT.interrupted;
  const failed = results.find((result) => result.failed !== undefined)?.failed;
  if (failed !== undefined) return exitCodeOf(failed);
  if (results.some(({ state }) => state === 'found')) return EXIT.difference;
  return results.every(({ state }) => state === 'passed') ? EXIT.ok : EXIT.badInput;
}

/** Runs the stages to verify in an empty cache. */
async function rerunStages(
  { label, launcher, jobs }: Rerun,
  { services, verification, lockfile, stages, directory, signal }: Prepared,
  options: StrictOptions,
  console: Console,
): Promise<RunResult> {
  const cache = mkdtempSync(join(directory, 'cache-'));
  const common = { ...options, ...(jobs !== undefined && { jobs }) };
  const again = inFresh(services, cache, verification.reusedKeys, common, launcher);
  if (label !== undefined) console.print(label);
  const { emit, close } = await reporterFor({ ...options, dryRun: false }, console);
  const result = await execute(again, {
    selection: verification.selection,
    select: (plan) => success(planVerification(plan, stages, lockfile).selection),
    purpose: 'verify',
    keepGoing: true,
    signal,
    // The pass was announced, and every stage is forced.
    emit: (event: RunEvent) => {
      if (event.type !== 'run-started') emit(event.type === 'stage-started' ? { ...event, reasons: [] } : event);
    },
    checkResult: checkAgainstLockfile(lockfile, again.stores.contents, options),
  });
  await close();
  rmSync(cache, { recursive: true, force: true });
  return result;
}
