import { failure as failedWith } from '../../shared/problem.ts';
import { cacheProblem } from '../cache/local/cache-problem.ts';
import { chainLengths } from '../plan/chains.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { Selection } from '../plan/select.ts';
import { now, secondsSince, toCompleted } from './completed.ts';
import type { CompletedStage, Emit, FailureReason, Purpose, RunResult, StageResult } from './events.ts';
import { inputPaths } from './input-paths.ts';
import { reasonsSince, reasonsToRun } from './reasons.ts';
import { newRunId } from './run-id.ts';
import type { FailedTries } from './run-tries.ts';
import type { Services } from './services.ts';
import { keyOf, knownParts, PathInputs, type StageKey } from './stage-key.ts';

export interface RunOptions {
  readonly selection: Selection;
  readonly purpose?: Purpose;
  /** Says what would run, and runs nothing. */
  readonly dryRun: boolean;
  /** Goes on with stages that don't depend on one that failed. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly objection?: Objection;
}

/** What is wrong with a result that a stage now has, if anything is: then it counts as failed. */
export type Objection = (stage: PlannedStage, result: CompletedStage) => FailureReason | undefined;

/** A stage that has to run now. */
interface Due {
  readonly stage: PlannedStage;
  readonly key: StageKey;
  readonly completed: ReadonlyMap<string, CompletedStage>;
  readonly reasons: readonly string[];
  readonly forced: boolean;
  readonly gpus: readonly string[];
}

/** What a stage reads went away from the cache after it was looked up there. */
interface InputsGone {
  readonly outcome: 'inputs-gone';
  readonly seconds: number;
  readonly key: StageKey;
  readonly reasons: readonly string[];
}

/** So often a stage begins again because what it reads went away. */
const MOST_BEGINNINGS = 3;

/** Runs what has to run of a plan. Stages that don't wait for each other run at the same time. */
export async function execute(services: Services, options: RunOptions): Promise<RunResult> {
  const run = newRunId();
  const started = now();
  const stages = services.plan.stages.filter((stage) => options.selection.stages.has(stage.name));
  const { purpose = 'run', emit } = options;
  emit({ type: 'run-started', purpose, run, pipeline: services.plan.name, stages: stages.map(({ name }) => name) });
  const execution = new Execution(run, services, options);
  const results = await execution.results(stages);
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
  readonly #ranks: ReadonlyMap<string, number>;
  #chains: ReadonlyMap<string, number> | undefined;
  /** After a failure no stage of a higher rank starts. */
  #lastRank = Number.POSITIVE_INFINITY;

  constructor(run: string, services: Services, options: RunOptions) {
    this.#run = run;
    this.#services = services;
    this.#options = options;
    this.#paths = new PathInputs(services);
    this.#ranks = new Map(services.plan.stages.map(({ name }, rank) => [name, rank]));
  }

  async results(stages: readonly PlannedStage[]): Promise<StageResult[]> {
    await Promise.all(stages.map((stage) => this.#result(stage)));
    // Some may have been obtained again in the meantime.
    return Promise.all(stages.flatMap(({ name }) => this.#results.get(name) ?? []));
  }

  /** The result of a stage: waits for those that it depends on. The plan's order has them asked for before it. */
  #result(stage: PlannedStage): Promise<StageResult> {
    const promise = this.#obtain(stage).then((result) => {
      if (result.outcome === 'failed') this.#noteFailure(stage);
      this.#options.emit({ type: 'stage-finished', result });
      return result;
    });
    this.#results.set(stage.name, promise);
    return promise;
  }

  async #obtain(stage: PlannedStage): Promise<StageResult> {
    for (let beginnings = 1; ; beginnings++) {
      const before = new Map(stage.dependencies.map((name) => [name, this.#results.get(name)]));
      const result = await this.#obtainAfter(stage, await Promise.all(before.values()));
      if (result.outcome !== 'inputs-gone') return result;
      if (beginnings === MOST_BEGINNINGS) return goneFailure(stage, result);
      for (const [name, obtained] of before) await this.#obtainAgain(name, obtained);
    }
  }

  /** Makes again what of a stage's outputs has gone, unless another stage that reads it has seen to that. */
  async #obtainAgain(name: string, obtained: Promise<StageResult> | undefined): Promise<void> {
    const result = await obtained;
    const stage = this.#services.plan.stages.find((candidate) => candidate.name === name);
    if (stage === undefined || result === undefined || !('outputs' in result)) return;
    const isGone = Object.values(result.outputs).some((digest) => this.#services.cache.locate(digest) === undefined);
    if (isGone && this.#results.get(name) === obtained) void this.#result(stage);
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
    return this.#lookUpOrRun(stage, key.value, completed);
  }

  /** That a stage before it would run is one reason; what of its own changed is known all the same. */
  async #wouldRunAfter(
    stage: PlannedStage,
    before: readonly string[],
    completed: ReadonlyMap<string, CompletedStage>,
  ): Promise<StageResult> {
    const last = this.#services.cache.lastOf(stage.name);
    const parts = await knownParts(stage, this.#services, this.#paths, (name) => completed.get(name)?.outputs);
    if (!parts.ok) {
      const failure: FailureReason = { kind: 'bad-input', problems: parts.failure };
      return { name: stage.name, seconds: 0, reasons: [], outcome: 'failed', failure };
    }
    const own = last === undefined ? [] : reasonsSince(last, stage, parts.value, this.#services);
    const reasons = [...own, ...before.map((name) => `${name} would run`)];
    return { name: stage.name, seconds: 0, reasons, outcome: 'would-run' };
  }

  async #lookUpOrRun(
    stage: PlannedStage,
    key: StageKey,
    completed: ReadonlyMap<string, CompletedStage>,
  ): Promise<StageResult | InputsGone> {
    const { cache } = this.#services;
    const { selection, dryRun } = this.#options;
    const forced = selection.forced.has(stage.name);
    const cached = forced ? undefined : cache.find(key.key);
    if (cached !== undefined) {
      if (!dryRun) cache.setLast(stage.name, key.key);
      return this.#judge(stage, toCompleted(stage, 'cached', cached, { seconds: 0, reasons: [] }));
    }
    const reasons = forced ? ['forced'] : reasonsToRun(stage, key, cache.lastOf(stage.name), this.#services);
    const base = { name: stage.name, seconds: 0, reasons, key: key.key };
    if (selection.cachedOnly.has(stage.name)) {
      const problems = [
        {
          message: `the result of stage «${stage.name}» is not in the cache (${reasons.join('; ')})`,
          advice: `Run it first: pipeline run ${stage.name}`,
        },
      ];
      return { ...base, outcome: 'failed', failure: { kind: 'not-cached', problems } };
    }
    if (dryRun) return { ...base, outcome: 'would-run' };
    const { cpu = 1, memory = 0, gpu = 0 } = stage.resources;
    const { gpus, giveBack } = await this.#services.resources.take(
      { jobs: 1, cpu, memory, gpu },
      this.#chainLength(stage.name),
    );
    try {
      if (this.#stopped(stage)) return { ...base, outcome: 'cancelled' };
      const result = await this.#runClaimed({ stage, key, completed, reasons, forced, gpus });
      // Judged before the next stage may have its resources: it must not start after a failure.
      return result.outcome === 'inputs-gone' ? result : this.#judge(stage, result);
    } finally {
      giveBack();
    }
  }

  /** Puts up the objection, if there is one, and takes note of a failure. */
  #judge(stage: PlannedStage, obtained: StageResult): StageResult {
    const result = this.#objectTo(stage, obtained);
    if (result.outcome === 'failed') this.#noteFailure(stage);
    return result;
  }

  #objectTo(stage: PlannedStage, result: StageResult): StageResult {
    if (result.outcome !== 'ran' && result.outcome !== 'cached') return result;
    const failure = this.#options.objection?.(stage, result);
    const { name, seconds, reasons, key } = result;
    return failure === undefined ? result : { name, seconds, reasons, key, outcome: 'failed', failure };
  }

  async #runClaimed({ stage, key, completed, reasons, forced, gpus }: Due): Promise<StageResult | InputsGone> {
    const { cache } = this.#services;
    const { signal, emit } = this.#options;
    const started = now();
    let waited = false;
    const claim = await cache.claim(
      key.key,
      (holder) => {
        waited = true;
        emit({ type: 'stage-waiting', stage: stage.name, holder });
      },
      signal,
    );
    if (!claim.ok) {
      const base = { name: stage.name, seconds: 0, reasons };
      if (claim.failure === 'cancelled') return { ...base, outcome: 'cancelled' };
      return { ...base, outcome: 'failed', failure: { kind: 'cache', problems: claim.failure } };
    }
    try {
      // Whoever held the claim may have computed just this.
      const cached = forced && !waited ? undefined : cache.find(key.key);
      if (cached !== undefined) {
        cache.setLast(stage.name, key.key);
        return toCompleted(stage, 'cached', cached, { seconds: secondsSince(started), reasons: [] });
      }
      const inputs = inputPaths(stage, (before) => completed.get(before)?.outputs, cache);
      if (inputs === undefined) return { outcome: 'inputs-gone', seconds: secondsSince(started), key, reasons };
      emit({ type: 'stage-started', stage: stage.name, reasons });
      // Loaded when something runs: mostly nothing has to.
      const { runTries } = await import('./run-tries.ts');
      const run = { stage, key, run: this.#run, inputs, forced, gpus, signal, emit };
      const result = await runTries(run, claim.value, this.#services).catch((error: unknown) => {
        const problems = cacheProblem(error, claim.value.scratch).failure;
        return failedWith({ reason: { kind: 'cache', problems }, tries: 1 } satisfies FailedTries);
      });
      const seconds = secondsSince(started);
      if (result.ok) {
        cache.setLast(stage.name, key.key);
        return toCompleted(stage, 'ran', result.value, { seconds, reasons });
      }
      if (result.failure === 'cancelled') return { name: stage.name, seconds, reasons, outcome: 'cancelled' };
      if (result.failure === 'inputs-gone') return { outcome: 'inputs-gone', seconds, key, reasons };
      const { reason: failure, tries } = result.failure;
      return { name: stage.name, seconds, reasons, key: key.key, outcome: 'failed', failure, tries };
    } finally {
      claim.value.release();
    }
  }

  #chainLength(stage: string): number {
    this.#chains ??= chainLengths(this.#services.plan);
    return this.#chains.get(stage) ?? 0;
  }

  /** Verifying, the stages before one that failed still run: the first one that differs is to be named. */
  #noteFailure({ name }: PlannedStage): void {
    const rank = this.#options.purpose === 'verify' ? (this.#ranks.get(name) ?? 0) : -1;
    this.#lastRank = Math.min(this.#lastRank, rank);
  }

  #stopped({ name }: PlannedStage): boolean {
    const { signal, keepGoing } = this.#options;
    return signal.aborted || (!keepGoing && (this.#ranks.get(name) ?? 0) > this.#lastRank);
  }
}

function goneFailure({ name }: PlannedStage, { seconds, key, reasons }: InputsGone): StageResult {
  const problems = [
    {
      message: `what stage «${name}» reads went away from the cache while the run was under way, time and again`,
      advice: 'Run it again once nothing else removes files from the cache.',
    },
  ];
  return { name, seconds, reasons, key: key.key, outcome: 'failed', failure: { kind: 'cache', problems } };
}
