import { now, secondsSince } from '../../shared/clock.ts';
import { findResult, lastResult } from '../cache/results.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Select, Selection } from '../plan/select.ts';
import { cancelledBy, checked, type ResultCheck, toCompleted } from './completed.ts';
import { CurrentPlan } from './current-plan.ts';
import { toDependencies } from './dependencies.ts';
import type { InputsGone } from './due.ts';
import type { Emit, Purpose, RunResult, StageResult } from './events.ts';
import { announceStop } from './interruption.ts';
import { inputsGoneFailure, MOST_ATTEMPTS, notCached } from './no-result.ts';
import { reasonsToRun } from './reasons.ts';
import { newRunId } from './run-id.ts';
import type { Services } from './services.ts';
import { keyOf, PathInputs, type StageKey } from './stage-key.ts';
import { watchOutputs } from './watch.ts';
import { wouldRunAfter } from './would-run.ts';

export interface RunOptions {
  readonly selection: Selection;
  /** Selects among the stages of a plan that is made in the middle of the run. */
  readonly select: Select;
  readonly purpose: Purpose;
  /** Whether to continue with stages that do not depend on a failed one. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly checkResult?: ResultCheck;
  readonly inputs?: PathInputs;
  /** The id of the run, if it is a part of another one. */
  readonly run?: string;
}

/** Runs the selected stages of a plan that are not cached. Stages that do not depend on each other run concurrently. */
export async function execute(services: Services, options: RunOptions): Promise<RunResult> {
  const run = options.run ?? newRunId();
  const started = now();
  const { purpose, emit } = options;
  const execution = new Execution(run, services, options);
  emit({ type: 'run-started', purpose, run, pipeline: services.plan.name, stages: execution.stages });
  const announced = announceStop(options.signal, emit);
  const results = await execution.results();
  announced();
  const cancelled = options.signal.aborted;
  const ok =
    !cancelled && results.every(({ outcome }) => outcome === 'ran' || outcome === 'cached' || outcome === 'would-run');
  const result: RunResult = {
    run,
    ok,
    cancelled,
    seconds: secondsSince(started),
    stages: results,
    ...execution.planned,
  };
  emit({ type: 'run-finished', result });
  return result;
}

class Execution {
  readonly #run: string;
  #services: Services;
  readonly #options: RunOptions;
  readonly #paths: PathInputs;
  readonly #current: CurrentPlan;
  /** Nothing for a stage that is no longer part of the plan. */
  readonly #results = new Map<string, Promise<StageResult | undefined>>();
  readonly #computing = new Map<ActionKey, string>();
  /** After a failure no stage of a higher rank starts. */
  #lastRank = Number.POSITIVE_INFINITY;

  constructor(run: string, services: Services, options: RunOptions) {
    this.#run = run;
    this.#services = services;
    this.#options = options;
    this.#paths = options.inputs ?? new PathInputs(services, options.emit);
    this.#current = new CurrentPlan(services, options.selection, options.select);
  }

  get stages(): readonly string[] {
    return this.#current.names;
  }

  get planned(): Pick<RunResult, 'plan' | 'lists'> {
    const { plan, lists } = this.#current;
    return { plan, lists };
  }

  async results(): Promise<StageResult[]> {
    this.#start();
    // A stage that puts out the values of a matrix starts others before it is done.
    for (let known = 0; known < this.#results.size; ) {
      known = this.#results.size;
      await Promise.all(this.#results.values());
    }
    // Some may have been computed again in the meantime.
    const results = await Promise.all(this.#current.names.map((name) => this.#results.get(name)));
    return results.filter((result) => result !== undefined);
  }

  /** Starts the stages that have not been started yet, in the plan's order. */
  #start(): void {
    for (const name of this.#current.names) if (!this.#results.has(name)) void this.#result(name);
  }

  /** Goes on with another plan if a stage has put out the values of a matrix. */
  async #replanAfter(result: StageResult): Promise<void> {
    if (!(await this.#current.replanAfter(result))) return;
    const { plan, names } = this.#current;
    this.#services = { ...this.#services, plan };
    this.#options.emit({ type: 'run-replanned', plan, stages: names });
    this.#start();
  }

  /** Returns the result of a stage. Waits for its dependencies, which were requested before it, in the plan's order. */
  #result(name: string): Promise<StageResult | undefined> {
    const obtained = this.#obtain(name).catch((error) => cancelledBy(error, name));
    const promise = obtained.then(async (result) => {
      if (result === undefined) return undefined;
      if (result.outcome === 'failed') this.#noteFailure(name);
      this.#options.emit({ type: 'stage-finished', result });
      await this.#replanAfter(result);
      return result;
    });
    this.#results.set(name, promise);
    return promise;
  }

  async #obtain(name: string): Promise<StageResult | undefined> {
    for (let attempts = 1; ; ) {
      const stage = this.#current.stage(name);
      if (stage === undefined) return undefined;
      const before = new Map(stage.dependencies.map((dependency) => [dependency, this.#results.get(dependency)]));
      const dependencies = await Promise.all(before.values());
      // There is another plan since, in which it may read other stages.
      if (this.#current.stage(name) !== stage) continue;
      const result = await this.#obtainAfter(stage, dependencies);
      if (result.outcome !== 'inputs-gone') return result;
      if (attempts++ === MOST_ATTEMPTS) return inputsGoneFailure(stage, result);
      for (const [dependency, obtained] of before) await this.#obtainAgain(dependency, obtained);
    }
  }

  /** Recomputes a stage of which an output was deleted, unless another downstream stage has already started that. */
  async #obtainAgain(name: string, obtained: Promise<StageResult | undefined> | undefined): Promise<void> {
    const result = await obtained;
    if (result === undefined || !('outputs' in result)) return;
    for (const digest of Object.values(result.outputs)) {
      if (await this.#services.stores.contents.has(digest)) continue;
      if (this.#results.get(name) === obtained) void this.#result(name);
      return;
    }
  }

  async #obtainAfter(
    stage: PlannedStage,
    dependencies: readonly (StageResult | undefined)[],
  ): Promise<StageResult | InputsGone> {
    const idle = { name: stage.name, seconds: 0, reasons: [] };
    const found = toDependencies(stage.name, dependencies);
    if ('outcome' in found) return found;
    const { completed, wouldRun } = found;
    if (this.#stopped(stage)) return { ...idle, outcome: 'cancelled' };
    if (stage.isOpen) return this.#current.resultOfOpen(stage);
    if (wouldRun.length > 0) return wouldRunAfter(stage, { wouldRun, completed }, this.#services, this.#paths);
    const key = await keyOf(stage, this.#services, this.#paths, (name) => {
      const before = completed.get(name);
      if (before === undefined) throw new Error(`${name} is not complete`);
      return before;
    });
    if (!key.ok) {
      return { ...idle, outcome: 'failed', failure: { kind: 'bad-input', problems: key.failure } };
    }
    return this.#lookUpOrRun(stage, key.value);
  }

  async #lookUpOrRun(stage: PlannedStage, key: StageKey): Promise<StageResult | InputsGone> {
    const { stores } = this.#services;
    const { purpose } = this.#options;
    const { forced: allForced, cachedOnly } = this.#current.selection;
    const forced = allForced.has(stage.name);
    // A job of its own finds out, and has its result perhaps just from that job.
    const isTaken = this.#services.executor.hasTaken?.(stage.name) ?? false;
    const cached =
      forced || isTaken ? undefined : await findResult(stores, key.key, watchOutputs(stage.name, this.#options.emit));
    if (cached !== undefined) {
      if (purpose !== 'dry-run') stores.history.setLastKey(stage.name, key.key);
      return this.#judge(stage, toCompleted(stage, 'cached', cached, { seconds: 0, reasons: [] }));
    }
    const last = await lastResult(stores, stage.name);
    const reasons = forced ? ['forced'] : reasonsToRun(stage, key, last, this.#services);
    const base = { name: stage.name, seconds: 0, reasons, key: key.key };
    if (cachedOnly.has(stage.name)) {
      return { ...base, outcome: 'failed', failure: notCached(stage, reasons, this.#services) };
    }
    if (purpose === 'dry-run') return { ...base, outcome: 'would-run' };
    // Loaded on demand, since usually nothing has to run.
    const { runDue } = await import('./run-due.ts');
    return runDue(
      {
        ...{ stage, key, reasons, forced, run: this.#run, computing: this.#computing },
        priority: this.#current.chainLength(stage.name),
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
    const result = await checked(stage, obtained, this.#options.checkResult);
    if (result.outcome === 'failed') this.#noteFailure(stage.name);
    return result;
  }

  /** When verifying, stages earlier in the plan than a failed one still run, to find the first that differs. */
  #noteFailure(name: string): void {
    const rank = this.#options.purpose === 'verify' ? this.#current.rankOf(name) : -1;
    this.#lastRank = Math.min(this.#lastRank, rank);
  }

  #stopped({ name }: PlannedStage): boolean {
    const { signal, keepGoing } = this.#options;
    if (signal.aborted) return true;
    const goesOn = keepGoing || this.#services.executor.hasTaken?.(name);
    return !goesOn && this.#current.rankOf(name) > this.#lastRank;
  }
}
