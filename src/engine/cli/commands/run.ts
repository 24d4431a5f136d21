import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { projectId, RootRecorder } from '../../cache/local/roots.ts';
import type { FrozenText } from '../../execute/cluster/frozen-plan.ts';
import type { RunEvent, RunResult } from '../../execute/events.ts';
import { execute } from '../../execute/execute.ts';
import { interruptionOf } from '../../execute/interruption.ts';
import { isUpToDate } from '../../execute/lockfile.ts';
import { newRunId } from '../../execute/run-id.ts';
import type { Services } from '../../execute/services.ts';
import { LOCAL } from '../../plan/executor-settings.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Choice, type Selection, select } from '../../plan/select.ts';
import { summarize } from '../../report/summary.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { type Console, openConsole, reportProblems, reportWarnings } from '../console.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import type { ToleranceOptions } from '../locked.ts';
import type { CommonOptions } from '../options.ts';
import { lockfilePath } from '../project.ts';
import { printFailures, reporterFor } from '../reporter.ts';
import { RunRecorder } from '../run-recorder.ts';
import { missingInputs, type Session, type SessionOptions } from '../session.ts';
import type { Changes } from '../since.ts';
import { fileFromCache, variantOf } from '../variant.ts';
import { type SessionObserver, withSession } from '../with-session.ts';

export interface RunCommandOptions
  extends ToleranceOptions,
    Omit<Choice, 'stages' | 'isChanged'>,
    Pick<SessionOptions, 'frozen'> {
  readonly dryRun: boolean;
  /** Run only what has changed since this Git revision. */
  readonly since?: string;
  readonly keepGoing: boolean;
  /** Fail unless the lockfile matches the pipeline, and every result matches the lockfile. */
  readonly locked: boolean;
  /** Believe the results of others in the cache as if this user had computed them. */
  readonly trustCache: boolean;
  /** Print the stacks of errors. */
  readonly stack: boolean;
  /** The executor of all stages, whatever the pipeline file says. */
  readonly executor?: string;
  /** Submit the jobs of stages, and do not wait for them. */
  readonly detach?: boolean;
  /** The frozen plan of a run that this one goes on with. */
  readonly attached?: FrozenText;
}

/** `pipeline run` and, as a dry run of all stages, `pipeline status`. Returns the exit code. */
export async function run(
  stages: readonly string[],
  options: RunCommandOptions,
  observer?: SessionObserver,
): Promise<number> {
  if (options.tolerance !== undefined && !options.locked)
    return reportProblems([{ message: '--tolerance needs --locked', advice: 'Add --locked.' }], options);
  const session = { fromScratch: options.locked, adopt: options.trustCache && !options.dryRun, thrifty: true };
  const command = async (opened: Session, signal: AbortSignal) => {
    const { services } = opened;
    // Loaded on demand, since mostly nothing is locked.
    const locked = options.locked ? await import('../locked-instances.ts') : undefined;
    const planned = (await locked?.withLockedInstances(services, options)) ?? services;
    const given = await withGivenExecutor(planned, options);
    if (!given.ok) return reportProblems(given.failure, options);
    if (options.since === undefined) return runIn({ ...opened, services: given.value }, stages, options, signal);
    const { changesSince } = await import('../since.ts');
    const candidates = (plan: Plan) => selectWithInputs(plan, { ...options, stages, isChanged: () => true });
    const changes = await changesSince(options.since, given.value, options, candidates);
    if (!changes.ok) return reportProblems(changes.failure, options);
    return runIn({ ...opened, services: changes.value.services }, stages, options, signal, changes.value);
  };
  return withSession({ ...options, ...session }, command, observer);
}

/** Loaded on demand, since mostly every stage has the executor of the pipeline file. */
async function withGivenExecutor(services: Services, { executor }: RunCommandOptions): Promise<Result<Services>> {
  if (executor === undefined) return success(services);
  return (await import('../run-on-clusters.ts')).withExecutor(services, executor);
}

async function runIn(
  { services, remote }: Session,
  stages: readonly string[],
  options: RunCommandOptions,
  signal: AbortSignal,
  changes?: Changes,
): Promise<number> {
  const choice = { ...options, stages, ...(changes && { isChanged: changes.isChanged }) };
  const selecting = (plan: Plan) => selectWithInputs(plan, choice);
  const selection = selecting(services.plan);
  if (!selection.ok) return reportProblems(selection.failure, options);
  const console = openConsole(options);
  const listing = changes && (await import('../since.ts')).listChanges(changes, selection.value, console);
  if (listing === 'nothing') return EXIT.ok;

  const checkResult = options.locked
    ? await (await import('../locked.ts')).lockedResultCheck(services, selection.value.stages, options)
    : undefined;
  if (typeof checkResult === 'number') return checkResult;

  const { emit: report, close } = await reporterFor(options, console);
  const emit = listing?.filter(report) ?? report;
  const { dryRun, keepGoing } = options;
  const variant = variantOf(services.plan.name, options);
  const recording = {
    root: new RootRecorder(services.roots.cache, variant, names(services.plan)),
    run: new RunRecorder(services.stores.history, services.plan, {
      project: projectId(variant),
      file: fileFromCache(options),
    }),
  };
  const run = newRunId();
  const clusters = dryRun || !usesClusters(services.plan) ? undefined : await import('../run-on-clusters.ts');
  const handed = clusters?.handOver(services, { run, selection: selection.value, stages, select: selecting }, options);
  if (options.detach && !dryRun) return (await import('../run-on-clusters.ts')).detach(handed, options, console);
  const observed = dryRun ? emit : recorded(emit, recording);
  const result = await execute(handed?.services ?? services, {
    selection: selection.value,
    select: selecting,
    purpose: dryRun ? 'dry-run' : 'run',
    ...{ keepGoing, signal, run },
    emit: handed === undefined ? observed : handed.observing(observed),
    ...(checkResult && { checkResult }),
  });
  await close();
  await handed?.conclude(result, interruptionOf(signal), options, console);
  const unrecorded = dryRun ? [] : record(result, recording);
  await conclude(listing?.of(result) ?? result, services, console, stages, options);
  // Loaded on demand, since mostly everything is on this machine.
  if (remote?.isUsed()) await (await import('../conclude-remote.ts')).concludeRemote(remote, result, options, console);
  reportUnrecorded(unrecorded, options);
  // Only what has run has printed something.
  if (recording.run.isRecorded) (await import('../../cache/logs/prune-logs.ts')).pruneLogs(services.roots.cache);
  const foreign = result.stages.filter((stage) => 'outputs' in stage && services.vouched.isForeign(stage.key));
  const locks = result.ok && !dryRun && isWhole(result) && ownsLockfile(options);
  // Loaded on demand, since usually every result is this user's own, and the lockfile is up to date.
  if (foreign.length > 0) (await import('../foreign-results.ts')).warnOfForeign(foreign, options, locks);
  else if (locks && !isUpToDate(lockfilePath(options), result)) {
    const { updateLockfile } = await import('../update-lockfile.ts');
    const updated = updateLockfile(result, lockfilePath(options), console);
    if (!updated.ok) return reportProblems(updated.failure, { ...options, json: false });
  }
  return exitCodeOf(result);
}

/** Selects stages, of which all inputs from outside must exist. */
function selectWithInputs(plan: Plan, choice: Choice): Result<Selection> {
  const selection = select(plan, choice);
  const missing = selection.ok ? missingInputs(plan, selection.value.stages) : [];
  return missing.length > 0 ? failure(missing) : selection;
}

interface Recording {
  readonly root: RootRecorder;
  readonly run: RunRecorder;
}

/** Records what happens at once, so that it is kept even if the run is killed before its end. */
function recorded(emit: (event: RunEvent) => void, { root, run }: Recording): (event: RunEvent) => void {
  return (event) => {
    run.note(event);
    if (event.type === 'run-replanned') root.expect(names(event.plan));
    if (event.type === 'stage-finished') {
      const { result } = event;
      if (result.outcome === 'ran' || result.outcome === 'cached') root.use(result.name, result.key);
      // If this fails, so does the last one, which is reported.
      if (result.outcome === 'ran') root.save(false);
    }
    emit(event);
  };
}

/** Records the run and what it needs in the cache. Returns what prevents it. */
function record(result: RunResult, { root, run }: Recording): readonly Problem[] {
  const added = run.finish(result);
  const saved = root.save(result.ok && isWhole(result));
  return [added, saved].flatMap((written) => (written.ok ? [] : written.failure));
}

/** A run that cannot be recorded has its results nevertheless. */
function reportUnrecorded([problem]: readonly Problem[], options: CommonOptions): void {
  if (problem === undefined) return;
  const message = `${problem.message}, so this run is not recorded: "pipeline runs" does not list it, and "pipeline cache gc" does not know what it needs`;
  reportWarnings([{ ...problem, message }], options);
}

function names(plan: Plan): readonly string[] {
  return plan.stages.map(({ name }) => name);
}

function usesClusters({ stages }: Plan): boolean {
  return stages.some(({ executor }) => executor !== LOCAL);
}

function isWhole({ stages, plan }: RunResult): boolean {
  return stages.length === plan.stages.length;
}

/** The lockfile describes the pipeline as declared in its file: results of `--set` are not locked. */
function ownsLockfile({ locked, set }: RunCommandOptions): boolean {
  return !locked && set.length === 0;
}

/** Returns the options that decide which stages run and what is accepted of them, as words of a command line. */
function selectionWords(options: RunCommandOptions): string[] {
  const { from, until, only, since, force, locked, tolerance, executor } = options;
  return Object.entries({ from, until, only, since, force, locked, tolerance, executor }).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

async function conclude(
  result: RunResult,
  { roots }: Services,
  console: Console,
  stages: readonly string[],
  options: RunCommandOptions,
): Promise<void> {
  const logs = { cache: roots.cache, commandLine: cacheCommandLineFor(options) };
  await printFailures(result, console, { stack: options.stack, logs });
  const again = () => console.commandLine('run', ...stages, ...selectionWords(options));
  console.print(summarize(result, { ...console, again }));
}
