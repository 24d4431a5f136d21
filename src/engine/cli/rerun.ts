import { freshStores } from '../cache/fresh-stores.ts';
import type { RunEvent, RunResult } from '../execute/events.ts';
import { execute } from '../execute/execute.ts';
import type { Launcher } from '../execute/launch.ts';
import type { Lockfile } from '../execute/lockfile.ts';
import type { Services } from '../execute/services.ts';
import { type Verification, verdicts } from '../execute/verification.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import { SealedTrees } from '../fingerprint/sealed-trees.ts';
import { Trees } from '../fingerprint/trees.ts';
import type { Select } from '../plan/select.ts';
import { summarizeVerify } from '../report/verify.ts';
import { cacheCommandLineFor, commandLineFor } from './command-line.ts';
import { localExecutor, openLocalStores } from './compose.ts';
import { openConsole } from './console.ts';
import { checkAgainstLockfile, type ToleranceOptions } from './locked.ts';
import type { CommonOptions } from './options.ts';
import { printFailures, reporterFor } from './reporter.ts';

export interface RerunContext {
  readonly services: Services;
  /** The directory of the empty cache. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly options: ToleranceOptions;
  /** The directory of the empty cache as the user has given it, if it is kept. */
  readonly keep?: string | undefined;
  /** Selects among the stages of a plan that is made in the middle of the run. */
  readonly select: Select;
  /** Whether to print the whole stack of each error that a stage throws. */
  readonly stack: boolean;
  /** What the results are compared with, for people: `pipeline.lock`. */
  readonly reference: string;
}

/** Reruns stages in an empty cache, compares their outputs with those of `lockfile`, and prints what was found. */
export async function rerun(
  verification: Verification,
  lockfile: Lockfile,
  { services, select, directory, signal, options, keep, reference, stack }: RerunContext,
): Promise<RunResult> {
  const again = inFresh(services, directory, verification.reusedKeys, options);
  const console = openConsole(options);
  const { emit, close } = await reporterFor({ ...options, dryRun: false }, console);
  const verdictsOn = ({ stages }: RunResult) => verdicts(services.plan, verification, stages);
  const result = await execute(again, {
    selection: verification.selection,
    select,
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
    checkResult: checkAgainstLockfile(lockfile, again.stores.contents, options),
  });
  await close();
  const kept =
    keep === undefined
      ? undefined
      : { cache: directory, commandLine: cacheCommandLineFor({ ...options, cache: keep }) };
  await printFailures(result, console, { stack, logs: kept });
  console.print(summarizeVerify(verdictsOn(result), result, reference, console.paint));
  if (keep !== undefined) {
    console.print(`\n${console.paint('cyan', '→')} ${commandLineFor({ ...options, cache: keep })('inspect', 'STAGE')}`);
  }
  return result;
}

/** Returns the services with stores that are empty at first and leave no trace in the indexes of the project's cache. */
export function inFresh(
  services: Services,
  directory: string,
  taken: ReadonlySet<ActionKey>,
  { engine, jobs }: Pick<CommonOptions, 'engine' | 'jobs'>,
  launcher?: Launcher,
): Services {
  const trees = new Trees(new SealedTrees(), undefined, services.threads);
  const { linkable, local: _, ...fresh } = openLocalStores(directory, trees);
  const stores = freshStores(fresh, services.stores, taken);
  const roots = { ...services.roots, cache: directory };
  const { paths, runtime, environment } = services;
  const executor = localExecutor({ engine, roots, stores, linkable, paths, runtime, environment, jobs, launcher });
  return { ...services, roots, stores, executor };
}
