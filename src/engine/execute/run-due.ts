import { setTimeout as delay } from 'node:timers/promises';
import { now, secondsSince } from '../../shared/clock.ts';
import type { Problem, Result } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import { findResult } from '../cache/results.ts';
import type { Claim } from '../cache/stores.ts';
import { advised, isRetryable, outputsBefore, secondsBefore, warnOfNondeterminism } from './attempts.ts';
import { toCompleted } from './completed.ts';
import type { Due, InputsGone } from './due.ts';
import type { StageResult } from './events.ts';
import type { StageEnd, StageMessage, StageRequest } from './executor.ts';
import type { FailureReason } from './failure.ts';
import { keepListings } from './keep-listings.ts';
import { findPrevious } from './previous.ts';
import { toRequest } from './request.ts';
import type { Services } from './services.ts';
import { toEvent } from './stage-events.ts';
import { StageLog } from './stage-log.ts';
import { watchOutputs } from './watch.ts';

/** Runs a stage through the executor, under a claim, with the declared number of `retries`. */
export async function runDue(due: Due, services: Services): Promise<StageResult | InputsGone> {
  const running = new RunningStage(due, services);
  try {
    return await running.result();
  } finally {
    running.release();
  }
}

/** Why a stage was not started although its resources were available. */
type Obstacle =
  | { readonly kind: 'stopped' }
  /** Another run computes the same action. */
  | { readonly kind: 'claimed' }
  /** Whoever held the claim has computed just this. */
  | { readonly kind: 'cached'; readonly result: StageResult }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

class RunningStage {
  readonly #due: Due;
  readonly #services: Services;
  readonly #log: StageLog;
  #claim: Claim | undefined;
  #finished = false;
  /** Whether another run held the claim. */
  #waited = false;
  #obstacle: Obstacle | undefined;
  #started: number | undefined;
  #attempts = 0;
  /** How long to wait before the next attempt. */
  #pauseSeconds = 0;
  #before: ActionRecord | undefined;

  constructor(due: Due, services: Services) {
    this.#due = due;
    this.#services = services;
    this.#log = new StageLog(services.stores.logs, due.run, due.stage.name);
  }

  async result(): Promise<StageResult | InputsGone> {
    const request = await this.#request();
    if (!request.ok) return this.#failed({ kind: 'bad-input', problems: request.failure });
    this.#before = await outputsBefore(this.#due, this.#services.stores);
    for (;;) {
      const settled = await this.#attempt(request.value);
      if (settled !== 'again') return settled;
      if (!(await this.#pause())) return this.#cancelled();
    }
  }

  release(): void {
    if (this.#claim === undefined) return;
    this.#due.computing.delete(this.#due.key.key);
    this.#claim.release(this.#finished);
  }

  async #request(): Promise<Result<StageRequest>> {
    const { stage, key, run, forced } = this.#due;
    await keepListings(stage, key, this.#services);
    const previous = forced ? undefined : await findPrevious(stage, key, this.#services);
    const directories = this.#services.stores.workspaces.directoriesOf(key.key);
    return toRequest(stage, key, { run, directories, previous }, this.#services);
  }

  /** Runs the stage once, or finds out why it cannot start yet. */
  async #attempt(request: StageRequest): Promise<StageResult | InputsGone | 'again'> {
    const { stage, priority, signal } = this.#due;
    const { cpu = 1, memory = 0, gpu = 0 } = stage.resources;
    let settled: StageResult | InputsGone | 'again' | undefined;
    const end = await this.#services.executor.run(
      request,
      {
        ...{ cpu, memory, gpu, priority },
        mayStart: () => this.#mayStart(),
        beforeRelease: async (ended) => {
          settled = await this.#settle(ended);
        },
      },
      (message) => this.#onMessage(message),
      signal,
    );
    return settled ?? this.#settle(end);
  }

  async #mayStart(): Promise<boolean> {
    this.#obstacle = await this.#findObstacle();
    return this.#obstacle === undefined;
  }

  async #findObstacle(): Promise<Obstacle | undefined> {
    const { key, forced, stopped } = this.#due;
    const { stores } = this.#services;
    if (this.#attempts > 0) return undefined;
    if (stopped()) return { kind: 'stopped' };
    if (this.#claim === undefined) {
      const claim = stores.workspaces.tryClaim(key.key, forced);
      if (!claim.ok) return { kind: 'problems', problems: claim.failure };
      if (claim.value === undefined) return { kind: 'claimed' };
      this.#hold(claim.value);
    }
    // The previous holder of the claim may have computed this result.
    const watch = watchOutputs(this.#due.stage.name, this.#due.emit);
    const record = forced && !this.#waited ? undefined : await findResult(stores, key.key, watch);
    return record === undefined ? undefined : { kind: 'cached', result: await this.#cached(record) };
  }

  #cached(record: ActionRecord): Promise<StageResult> {
    const { stage, key, judge } = this.#due;
    this.#finished = true;
    this.#services.stores.history.setLastKey(stage.name, key.key);
    return judge(toCompleted(stage, 'cached', record, { seconds: this.#seconds(), reasons: [] }));
  }

  async #settle(end: StageEnd): Promise<StageResult | InputsGone | 'again'> {
    const { stage, key, reasons } = this.#due;
    this.#log.end(end);
    switch (end.type) {
      case 'succeeded': {
        this.#finished = true;
        this.#services.stores.history.setLastKey(stage.name, key.key);
        warnOfNondeterminism(this.#due, this.#before, end.record);
        return this.#due.judge(
          toCompleted(stage, 'ran', end.record, { seconds: end.seconds ?? this.#seconds(), reasons }),
        );
      }
      case 'cached':
        return this.#cached(end.record);
      case 'failed':
        this.#attempts += end.retries ?? 0;
        return end.isFinal ? this.#failed(end.failure) : this.#retryOrFail(end.failure);
      case 'inputs-gone':
        return { outcome: 'inputs-gone', seconds: this.#seconds(), key, reasons };
      case 'cancelled':
        return this.#cancelled();
      case 'not-started':
        return this.#waitOrGiveUp();
    }
  }

  async #waitOrGiveUp(): Promise<StageResult | 'again'> {
    const obstacle = this.#obstacle;
    switch (obstacle?.kind) {
      case 'claimed':
        return this.#waitForClaim();
      case 'cached':
        return obstacle.result;
      case 'problems':
        return this.#failed({ kind: 'cache', problems: obstacle.problems });
      case 'stopped':
      case undefined:
        return this.#cancelled();
    }
  }

  /** Waits for the claim. Holds no resources meanwhile. */
  async #waitForClaim(): Promise<StageResult | 'again'> {
    const { stage, key, forced, signal, emit } = this.#due;
    this.#waited = true;
    const other = this.#due.computing.get(key.key);
    const waiting = (process: string) => {
      const holder = other === undefined ? process : `stage "${other}"`;
      emit({ type: 'stage-waiting', stage: stage.name, for: 'claim', holder });
    };
    const claim = await this.#services.stores.workspaces.claim(key.key, forced, waiting, signal);
    if (claim.ok) {
      this.#hold(claim.value);
      return 'again';
    }
    return claim.failure === 'cancelled' ? this.#cancelled() : this.#failed({ kind: 'cache', problems: claim.failure });
  }

  #hold(claim: Claim): void {
    const { computing, key, stage } = this.#due;
    this.#claim = claim;
    computing.set(key.key, stage.name);
  }

  #retryOrFail(reason: FailureReason): Promise<StageResult> | 'again' {
    const { stage, emit } = this.#due;
    const retry = ++this.#attempts;
    if (retry > stage.retries.count || !isRetryable(reason)) return this.#failed(reason);
    const seconds = secondsBefore(retry, stage.retries);
    emit({
      type: 'stage-retrying',
      ...{ stage: stage.name, failure: reason, retry, retries: stage.retries.count },
      ...(seconds > 0 && { seconds }),
    });
    this.#pauseSeconds = seconds;
    return 'again';
  }

  /** Waits before the next attempt, without holding resources. Returns false if the run is cancelled meanwhile. */
  async #pause(): Promise<boolean> {
    const milliseconds = this.#pauseSeconds * 1000;
    this.#pauseSeconds = 0;
    if (milliseconds === 0) return true;
    return delay(milliseconds, true, { signal: this.#due.signal }).catch(() => false);
  }

  #failed(reason: FailureReason): Promise<StageResult> {
    const { stage, key, reasons } = this.#due;
    const tries = this.#attempts > 0 ? { tries: this.#attempts } : {};
    const base = { name: stage.name, seconds: this.#seconds(), reasons, key: key.key };
    return this.#due.judge({ ...base, outcome: 'failed', failure: advised(reason, this.#services), ...tries });
  }

  #cancelled(): StageResult {
    const { stage, reasons } = this.#due;
    return { name: stage.name, seconds: this.#seconds(), reasons, outcome: 'cancelled' };
  }

  #onMessage(message: StageMessage): void {
    const { stage, reasons, emit } = this.#due;
    this.#log.note(message);
    if (message.type === 'started') this.#started ??= now();
    if (message.type !== 'started' || this.#attempts === 0) emit(toEvent(message, stage.name, reasons));
  }

  #seconds(): number {
    return this.#started === undefined ? 0 : secondsSince(this.#started);
  }
}
