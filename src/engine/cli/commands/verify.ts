import { resolve } from 'node:path';
import { type Problem, success } from '../../../shared/problem.ts';
import { freshStores } from '../../cache/fresh-stores.ts';
import { freshDirectory, removeAbandoned } from '../../cache/housekeeping/fresh-directory.ts';
import { findResult } from '../../cache/results.ts';
import type { RunEvent, RunResult } from '../../execute/events.ts';
import { execute } from '../../execute/execute.ts';
import type { Lockfile } from '../../execute/lockfile.ts';
import type { Services } from '../../execute/services.ts';
import { planVerification, type Verification, verdicts } from '../../execute/verification.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import { SealedTrees } from '../../fingerprint/sealed-trees.ts';
import { Trees } from '../../fingerprint/trees.ts';
import type { PlannedStage } from '../../plan/plan.ts';
import { select } from '../../plan/select.ts';
import { summarizeVerify } from '../../report/verify.ts';
import { cacheCommandLineFor, commandLineFor } from '../command-line.ts';
import { localExecutor, openLocalStores } from '../compose.ts';
import { openConsole, reportProblems } from '../console.ts';
import { exitCodeOf } from '../exit.ts';
import { checkAgainstLockfile, lockfileOf } from '../locked.ts';
import { withLockedInstances } from '../locked-instances.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { printFailures, reporterFor } from '../reporter.ts';
import { missingInputs } from '../session.ts';
import { withSession } from '../with-session.ts';

export interface VerifyOptions extends CommonOptions {
  /** The directory in which the empty cache is created and kept. */
  readonly keep?: string;
  /** Print the stacks of errors. */
  readonly stack: boolean;
}

/** `pipeline verify`: reruns stages in an empty cache, and compares their outputs with the lockfile. */
export async function verify(stages: readonly string[], options: VerifyOptions): Promise<number> {
  return withSession({ ...options, fromScratch: true }, async ({ services: opened }, signal) => {
    const services = await withLockedInstances(opened, options);
    const selection = select(services.plan, { stages, force: false });
    if (!selection.ok) return reportProblems(selection.failure, options);
    const missing = missingInputs(services.plan, selection.value.stages);
    if (missing.length > 0) return reportProblems(missing, options);
    const lockfile = await lockfileOf(services, selection.value.stages, options);
    if (typeof lockfile === 'number') return lockfile;
    const verification = planVerification(services.plan, stages, lockfile);
    const absent = await absentResults(verification, lockfile, services);
    if (absent.length > 0) return reportProblems(absent, options);

    const { cache } = findProject(options);
    removeAbandoned(cache);
    const fresh = freshDirectory(cache, options.keep === undefined ? undefined : resolve(options.keep));
    if (!fresh.ok) return reportProblems(fresh.failure, options);
    try {
      const result = await rerun(verification, lockfile, {
        services,
        stages,
        directory: fresh.value.path,
        signal,
        options,
      });
      return exitCodeOf(result);
    } finally {
      fresh.value.release();
    }
  });
}

interface RerunContext {
  readonly services: Services;
  /** The stages that the command line names. */
  readonly stages: readonly string[];
  /** The directory of the empty cache. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly options: VerifyOptions;
}

async function rerun(
  verification: Verification,
  lockfile: Lockfile,
  { services, stages, directory, signal, options }: RerunContext,
): Promise<RunResult> {
  const again = inFresh(services, directory, verification.reusedKeys, options);
  const console = openConsole(options);
  const { emit, close } = reporterFor({ ...options, dryRun: false }, console);
  const verdictsOn = ({ stages }: RunResult) => verdicts(services.plan, verification, stages);
  const result = await execute(again, {
    selection: verification.selection,
    select: (plan) => success(planVerification(plan, stages, lockfile).selection),
    purpose: 'verify',
    keepGoing: false,
    signal,
    emit: (event: RunEvent) => {
      if (event.type === 'run-finished') {
        for (const [stage, verdict] of verdictsOn(event.result))
          console.printJson({ type: 'verified', stage, verdict });
      }
      // Every stage is forced here, so the reason would only repeat that.
      emit(event.type === 'stage-started' ? { ...event, reasons: [] } : event);
    },
    checkResult: checkAgainstLockfile(lockfile, again.stores.contents),
  });
  await close();
  const { keep, stack } = options;
  const kept =
    keep === undefined
      ? undefined
      : { cache: directory, commandLine: cacheCommandLineFor({ ...options, cache: keep }) };
  await printFailures(result, console, { stack, logs: kept });
  console.print(summarizeVerify(verdictsOn(result), result, console.paint));
  if (keep !== undefined) {
    const inspect = commandLineFor({ ...options, cache: keep })('inspect', 'STAGE');
    console.print(`\n${console.paint('cyan', '→')} ${inspect}`);
  }
  return result;
}

/** Returns the services with stores that are empty at first and leave no trace in the indexes of the project's cache. */
function inFresh(
  services: Services,
  directory: string,
  taken: ReadonlySet<ActionKey>,
  { engine, jobs }: CommonOptions,
): Services {
  const trees = new Trees(new SealedTrees(), undefined, services.threads);
  const { linkable, ...fresh } = openLocalStores(directory, trees);
  const stores = freshStores(fresh, services.stores, taken);
  const roots = { ...services.roots, cache: directory };
  const { paths, environment } = services;
  const executor = localExecutor({ engine, roots, stores, linkable, paths, environment, jobs });
  return { ...services, roots, stores, executor };
}

/** Returns a problem for each result that is to be read instead of recomputed, and that is not in the cache. */
async function absentResults(
  { reused }: Verification,
  lockfile: Lockfile,
  { stores, commandLine }: Pick<Services, 'stores' | 'commandLine'>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const stage of reused) {
    const key = lockfile.get(stage.name)?.key;
    if (key !== undefined && (await findResult(stores, key)) === undefined)
      problems.push(absentProblem(stage, commandLine));
  }
  return problems;
}

function absentProblem({ name, deterministic }: PlannedStage, command: Services['commandLine']): Problem {
  return deterministic
    ? {
        message: `the result of stage "${name}", which another stage reads, is not in the cache`,
        advice: `Run the stage first: ${command('run', name)}. Or verify all stages: ${command('verify')}`,
      }
    : {
        message: `the result of stage "${name}", which is declared non-deterministic, is not in the cache`,
        advice: `Use the cache that has it: --cache DIR. If it is lost, run the pipeline and commit the new lockfile: ${command('run')}`,
      };
}
