import { now, secondsSince } from '../../shared/clock.ts';
import { findResult, lastResult } from '../cache/results.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import { chainLengths } from '../plan/chains.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Selection } from '../plan/select.ts';
import { cancelledBy, toCompleted } from './completed.ts';
import type { InputsGone } from './due.ts';
import type { CompletedStage, Emit, Purpose, RunResult, StageResult } from './events.ts';
import type { FailureReason } from './failure.ts';
import { announceStop } from './interruption.ts';
import { reasonsSince, reasonsToRun } from './reasons.ts';
import { newRunId } from './run-id.ts';
import type { Services } from './services.ts';
import { keyOf, knownParts, PathInputs, type StageKey } from './stage-key.ts';
import { watchOutputs } from './watch.ts';

export interface RunOptions {
  readonly selection: Selection;
  readonly purpose: Purpose;
  /** Whether to continue with stages that do not depend on a failed one. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly checkResult?: ResultCheck;
  readonly inputs?: PathInputs;
}

/** Checks the result of a completed stage. Returns why it is rejected, so that the stage fails, or nothing. */
export type ResultCheck = (stage: PlannedStage, result: CompletedStage) => Promise<FailureReason | undefined>;

/** How often a stage is attempted when its inputs are deleted from the cache during the run. */
const MOST_ATTEMPTS = 3;

/** Runs the selected stages of a plan that are not cached. Stages that do not depend on each other run concurrently. */
export async function execute(services: Services, options: RunOptions): Promise<RunResult> {
  const run = newRunId();
  const started = now();
  const stages = services.plan.stages.filter((stage) => options.selection.stages.has(stage.name));
  const { purpose, emit } = options;
  emit({ type: 'run-started', purpose, run, pipeline: services.plan.name, stages: stages.map(({ name }) => name) });
  const announced = announceStop(options.signal, emit);
  const results = await new Execution(run, services, options).results(stages);
  announced();
  const cancelled = options.signal.aborted;
  const ok =
    !cancelled && results.every(({ outcome }) => outcome === 'ran' || outcome === 'cached' || outcome === 'would-run');
  const result: RunResult = { run, ok, cancelled, seconds: secondsSince(started), stages: results };
  emit({ type: 'run-finished', result });
  return result;
}

class Execution {
  readonly #run: string;
  readonly #services: Services;
  readonly #options: RunOptions;
  readonly #paths: PathInputs;
  readonly #results = new Map<string, Promise<StageResult>>();
  readonly #computing = new Map<ActionKey, string>();
  readonly #ranks: ReadonlyMap<string, number>;
  #chains: ReadonlyMap<string, number> | undefined;
  /** After a failure no stage of a higher rank starts. */
  #lastRank = Number.POSITIVE_INFINITY;

  constructor(run: string, services: Services, options: RunOptions) {
    this.#run = run;
    this.#services = services;
    this.#options = options;
    this.#paths = options.inputs ?? new PathInputs(services, options.emit);
    this.#ranks = new Map(services.plan.stages.map(({ name }, rank) => [name, rank]));
  }

  async results(stages: readonly PlannedStage[]): Promise<StageResult[]> {
    await Promise.all(stages.map((stage) => this.#result(stage)));
    // Some may have been computed again in the meantime.
    return Promise.all(stages.flatMap(({ name }) => this.#results.get(name) ?? []));
  }

  /** Returns the result of a stage. Waits for its dependencies, which were requested before it, in the plan's order. */
  #result(stage: PlannedStage): Promise<StageResult> {
    const obtained = this.#obtain(stage).catch((error) => cancelledBy(error, stage));
    const promise = obtained.then((result) => {
      if (result.outcome === 'failed') this.#noteFailure(stage);
      this.#options.emit({ type: 'stage-finished', result });
      return result;
    });
    this.#results.set(stage.name, promise);
    return promise;
  }

  async #obtain(stage: PlannedStage): Promise<StageResult> {
    for (let attempts = 1; ; attempts++) {
      const before = new Map(stage.dependencies.map((name) => [name, this.#results.get(name)]));
      const result = await this.#obtainAfter(stage, await Promise.all(before.values()));
      if (result.outcome !== 'inputs-gone') return result;
      if (attempts === MOST_ATTEMPTS) return inputsGoneFailure(stage, result);
      for (const [name, obtained] of before) await this.#obtainAgain(name, obtained);
    }
  }

  /** Recomputes a stage of which an output was deleted, unless another downstream stage has already started that. */
  async #obtainAgain(name: string, obtained: Promise<StageResult> | undefined): Promise<void> {
    const result = await obtained;
    const stage = this.#services.plan.stages.find((candidate) => candidate.name === name);
    if (stage === undefined || result === undefined || !('outputs' in result)) return;
    for (const digest of Object.values(result.outputs)) {
      if (await this.#services.stores.contents.has(digest)) continue;
      if (this.#results.get(name) === obtained) void this.#result(stage);
      return;
    }
  }

  async #obtainAfter(
    stage: PlannedStage,
    dependencies: readonly (StageResult | undefined)[],
  ): Promise<StageResult | InputsGone> {
    const idle = { name: stage.name, seconds: 0, reasons: [] };
    const completed = new Map<string, CompletedStage>();
    const wouldRun: string[] = [];
    for (const dependency of dependencies) {
      if (dependency === undefined) continue;
      switch (dependency.outcome) {
        case 'ran':
        case 'cached':
          completed.set(dependency.name, dependency);
          break;
        case 'would-run':
          wouldRun.push(dependency.name);
          break;
        case 'failed':
        case 'blocked':
          return {
            ...idle,
            outcome: 'blocked',
            by: dependency.outcome === 'blocked' ? dependency.by : dependency.name,
          };
        case 'cancelled':
          return { ...idle, outcome: 'cancelled' };
        default:
          return dependency satisfies never;
      }
    }
    if (this.#stopped(stage)) return { ...idle, outcome: 'cancelled' };
    if (wouldRun.length > 0) return this.#wouldRunAfter(stage, wouldRun, completed);
    const key = await keyOf(stage, this.#services, this.#paths, (name) => {
      const found = completed.get(name);
      if (found === undefined) throw new Error(`${name} is not complete`);
      return found;
    });
    if (!key.ok) {
      return { ...idle, outcome: 'failed', failure: { kind: 'bad-input', problems: key.failure } };
    }
    return this.#lookUpOrRun(stage, key.value);
  }

  /** Reports that upstream stages would run, and which of the stage's own params, code and known inputs changed. */
  async #wouldRunAfter(
    stage: PlannedStage,
    before: readonly string[],
    completed: ReadonlyMap<string, CompletedStage>,
  ): Promise<StageResult> {
    const last = await lastResult(this.#services.stores, stage.name);
    const parts = await knownParts(stage, this.#services, this.#paths, (name) => completed.get(name)?.outputs);
    const base = { name: stage.name, seconds: 0 };
    if (!parts.ok)
      return { ...base, reasons: [], outcome: 'failed', failure: { kind: 'bad-input', problems: parts.failure } };
    const own = last === undefined ? [] : reasonsSince(last, stage, parts.value, this.#services);
    return { ...base, reasons: [...own, ...before.map((name) => `${name} would run`)], outcome: 'would-run' };
  }

  async #lookUpOrRun(stage: PlannedStage, key: StageKey): Promise<StageResult | InputsGone> {
    const { stores } = this.#services;
    const { selection, purpose } = this.#options;
    const forced = selection.forced.has(stage.name);
    const cached = forced ? undefined : await findResult(stores, key.key, watchOutputs(stage.name, this.#options.emit));
    if (cached !== undefined) {
      if (purpose !== 'dry-run') stores.history.setLastKey(stage.name, key.key);
      return this.#judge(stage, toCompleted(stage, 'cached', cached, { seconds: 0, reasons: [] }));
    }
    const last = await lastResult(stores, stage.name);
    const reasons = forced ? ['forced'] : reasonsToRun(stage, key, last, this.#services);
    const base = { name: stage.name, seconds: 0, reasons, key: key.key };
    if (selection.cachedOnly.has(stage.name)) {
      return { ...base, outcome: 'failed', failure: notCached(stage, reasons, this.#services) };
    }
    if (purpose === 'dry-run') return { ...base, outcome: 'would-run' };
    // Loaded on demand, since usually nothing has to run.
    const { runDue } = await import('./run-due.ts');
    return runDue(
      {
        ...{ stage, key, reasons, forced, run: this.#run, computing: this.#computing },
        priority: this.#chainLength(stage.name),
        signal: this.#options.signal,
        emit: this.#options.emit,
        stopped: () => this.#stopped(stage),
        judge: (result) => this.#judge(stage, result),
      },
      this.#services,
    );
  }

  /** Checks a result, and stops later stages if it is a failure. */
  async #judge(stage: PlannedStage, obtained: StageResult): Promise<StageResult> {
    const result = await this.#check(stage, obtained);
    if (result.outcome === 'failed') this.#noteFailure(stage);
    return result;
  }

  async #check(stage: PlannedStage, result: StageResult): Promise<StageResult> {
    if (result.outcome !== 'ran' && result.outcome !== 'cached') return result;
    const failure = await this.#options.checkResult?.(stage, result);
    const { name, seconds, reasons, key } = result;
    return failure === undefined ? result : { name, seconds, reasons, key, outcome: 'failed', failure };
  }

  #chainLength(stage: string): number {
    this.#chains ??= chainLengths(this.#services.plan);
    return this.#chains.get(stage) ?? 0;
  }

  /** When verifying, stages earlier in the plan than a failed one still run, to find the first that differs. */
  #noteFailure({ name }: PlannedStage): void {
    const rank = this.#options.purpose === 'verify' ? (this.#ranks.get(name) ?? 0) : -1;
    this.#lastRank = Math.min(this.#lastRank, rank);
  }

  #stopped({ name }: PlannedStage): boolean {
    const { signal, keepGoing } = this.#options;
    return signal.aborted || (!keepGoing && (this.#ranks.get(name) ?? 0) > this.#lastRank);
  }
}

function notCached({ name }: PlannedStage, reasons: readonly string[], { commandLine }: Services): FailureReason {
  const problem = {
    message: `the result of stage "${name}" is not in the cache (${reasons.join('; ')})`,
    advice: `Run it first: ${commandLine('run', name)}`,
  };
  return { kind: 'not-cached', problems: [problem] };
}

function inputsGoneFailure({ name }: PlannedStage, { seconds, key, reasons }: InputsGone): StageResult {
  const problems = [
    {
      message: `the inputs of stage "${name}" were deleted from the cache during the run, ${MOST_ATTEMPTS} times`,
      advice: 'Stop whatever deletes files from the cache, then run again.',
    },
  ];
  return { name, seconds, reasons, key: key.key, outcome: 'failed', failure: { kind: 'cache', problems } };
}
