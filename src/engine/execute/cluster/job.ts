import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { filesBelow, namesIn } from '../../../shared/files.ts';
import { success } from '../../../shared/problem.ts';
import { duration } from '../../../shared/text/format.ts';
import { CachePaths } from '../../cache/local/paths.ts';
import type { ActionStore, Logs } from '../../cache/stores.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import { before, type Selection } from '../../plan/select.ts';
import type { StageResult } from '../events.ts';
import { execute } from '../execute.ts';
import type { Executor, StageEnd } from '../executor.ts';
import { fromRooted, type Roots } from '../roots.ts';
import type { Services } from '../services.ts';
import { type JobEnd, type JobMessage, toJobEnd, toJobMessage } from './job-messages.ts';

export interface JobOptions {
  readonly stage: string;
  /** Whether it runs even if it is cached. */
  readonly isForced: boolean;
  /** The id of the run to which it belongs. */
  readonly run: string | undefined;
  /** The shell command that queues the job again. */
  readonly requeue: string | undefined;
  /** The memory that the stage may use, in bytes, if it is not what the plan says. */
  readonly memory: number | undefined;
  /** How often the stage is retried, if it is not what the plan says. */
  readonly retries: number | undefined;
  readonly signal: AbortSignal;
  readonly onMessage: (message: JobMessage) => void;
}

/** How long to wait for results that another machine has just written, in milliseconds. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

/** Runs one stage of a plan on the machine on which a scheduler has started a job for it. */
export class Job {
  readonly #services: Services;
  readonly #options: JobOptions;
  readonly #selection: Selection;
  readonly #started = Date.now();
  /** The work directory of the stage, and what was in it at first. */
  #work: { readonly path: string; readonly state: string } | undefined;
  #isOutOfTime = false;

  constructor(services: Services, options: JobOptions) {
    this.#options = options;
    const { stores, executor, roots, plan } = services;
    const { stage, isForced } = options;
    this.#services = {
      ...services,
      stores: { ...stores, actions: new FreshActions(stores.actions, roots), logs: UNKEPT },
      executor: this.#observed(executor),
      plan: withRetries(plan, options),
    };
    const needed = before(plan, [stage]);
    this.#selection = {
      stages: needed,
      forced: new Set(isForced ? [stage] : []),
      cachedOnly: new Set([...needed].filter((name) => name !== stage)),
    };
  }

  /** Stops the stage, so that it saves its state: the scheduler is about to end the job. */
  outOfTime(stop: () => void): void {
    this.#isOutOfTime = true;
    stop();
  }

  async perform(): Promise<JobEnd> {
    for (const pause of [...PAUSES, undefined]) {
      const results = await this.#run();
      const own = results.find(({ name }) => name === this.#options.stage);
      if (own?.outcome === 'blocked' && pause !== undefined) {
        // What it depends on has succeeded, and the file system does not show it yet.
        await delay(pause, undefined, { signal: this.#options.signal }).catch(() => undefined);
        continue;
      }
      if (own?.outcome === 'cancelled' && this.#isOutOfTime) return this.#goOnLater();
      return toEnd(own, results);
    }
    throw new Error('the last attempt has a result');
  }

  async #run(): Promise<readonly StageResult[]> {
    const { stage, run, signal, onMessage } = this.#options;
    const { stages } = await execute(this.#services, {
      selection: this.#selection,
      select: () => success(this.#selection),
      purpose: 'run',
      keepGoing: true,
      signal,
      ...(run !== undefined && { run }),
      emit: (event) => {
        const message = 'stage' in event && event.stage === stage ? toJobMessage(event) : undefined;
        if (message !== undefined) onMessage(message);
      },
    });
    return stages;
  }

  /** Runs what `executor` runs, with the memory of the job, and remembers the work directory. */
  #observed(executor: Executor): Executor {
    const { memory } = this.#options;
    return {
      run: async (request, resources, ...rest) => {
        const path = fromRooted(request.work, this.#services.roots);
        this.#work ??= { path, state: stateOf(path) };
        const beforeRelease = (end: StageEnd) => resources.beforeRelease(withoutMore(end));
        const given = { ...request, ...(memory !== undefined && { memory }) };
        return withoutMore(await executor.run(given, { ...resources, beforeRelease }, ...rest));
      },
    };
  }

  /** Queues the job again if the stage has saved something from which it can go on. */
  #goOnLater(): JobEnd {
    const seconds = (Date.now() - this.#started) / 1000;
    const { requeue, stage, onMessage } = this.#options;
    const hasSaved = this.#work !== undefined && stateOf(this.#work.path) !== this.#work.state;
    const fail = (message: string, advice: string): JobEnd => ({
      outcome: 'failed',
      failure: { kind: 'job', cause: 'out-of-time', problems: [{ message, advice }] },
      isFinal: true,
    });
    const raise = `Raise the time limit of its job: \`time\` of the executor, or \`timeout\` of the stage.`;
    if (!hasSaved)
      return fail(
        `the time limit of the job of stage "${stage}" was reached after ${duration(seconds)}, and the stage had saved nothing from which it could go on`,
        `${raise} Or let it save its state in \`work\` when \`signal\` is aborted.`,
      );
    const stopped: JobEnd = { outcome: 'stopped', requeued: true };
    // Said before, since the scheduler may end this process at once.
    if (requeue !== undefined) onMessage({ type: 'ended', end: stopped });
    const queued = requeue === undefined ? undefined : spawnSync('/bin/sh', ['-c', requeue], { encoding: 'utf8' });
    // The command, too, may have been ended for that.
    if (queued?.status === 0 || queued?.signal === 'SIGTERM') return stopped;
    const said = queued === undefined ? '' : `: ${queued.stderr.trim()}`;
    return fail(
      `the time limit of the job of stage "${stage}" was reached after ${duration(seconds)}, and it could not be queued again${said}`,
      `Run the pipeline again: it goes on from what the stage has saved. ${raise}`,
    );
  }
}

/** Another attempt in a job whose memory did not suffice would have no more. */
function withoutMore(end: StageEnd): StageEnd {
  return end.type === 'failed' && end.failure.kind === 'out-of-memory' ? { ...end, isFinal: true } : end;
}

function withRetries(plan: Plan, { stage, retries: count }: JobOptions): Plan {
  if (count === undefined) return plan;
  const changed = (each: PlannedStage) =>
    each.name === stage ? { ...each, retries: { ...each.retries, count } } : each;
  return { ...plan, stages: plan.stages.map(changed) };
}

function toEnd(own: StageResult | undefined, results: readonly StageResult[]): JobEnd {
  if (own !== undefined && own.outcome !== 'blocked') return toJobEnd(own);
  const failed = results.find((result) => result.outcome === 'failed');
  if (failed?.outcome !== 'failed') throw new Error('a stage is blocked by no failure');
  return { outcome: 'failed', failure: failed.failure, isFinal: true };
}

/** Describes the files in a directory, to see whether any has changed since. */
function stateOf(directory: string): string {
  try {
    return filesBelow(directory)
      .map(({ path }) => {
        const { size, mtimeMs, ino } = lstatSync(join(directory, path));
        return [path, size, mtimeMs, ino].join();
      })
      .join('\n');
  } catch {
    return '';
  }
}

/** Reads a folder before it looks for a record there: a network file system notices then what is new. */
class FreshActions implements ActionStore {
  readonly #inner: ActionStore;
  readonly #paths: CachePaths;

  constructor(inner: ActionStore, { cache }: Roots) {
    this.#inner = inner;
    this.#paths = new CachePaths(cache);
  }

  async lookUp(...[key]: Parameters<ActionStore['lookUp']>): ReturnType<ActionStore['lookUp']> {
    namesIn(dirname(this.#paths.action(key)));
    return this.#inner.lookUp(key);
  }

  commit(...[record]: Parameters<ActionStore['commit']>): ReturnType<ActionStore['commit']> {
    return this.#inner.commit(record);
  }
}

/** What a stage prints is in the output of the job, from which the run that follows it takes it. */
const UNKEPT: Logs = { begin: () => ({ add: () => undefined, end: () => undefined }) };
