import { dirname, join } from 'node:path';
import type { Problem, Result } from '../../shared/problem.ts';
import { ClusterExecutor } from '../execute/cluster/cluster-executor.ts';
import { freezeServices } from '../execute/cluster/freeze-services.ts';
import { type FrozenPlan, type FrozenText, freeze } from '../execute/cluster/frozen-plan.ts';
import { JobFolder } from '../execute/cluster/job-folder.ts';
import { JobWatch } from '../execute/cluster/job-watch.ts';
import { MixedExecutor, type Submitter } from '../execute/cluster/mixed-executor.ts';
import type { Scheduler } from '../execute/cluster/scheduler.ts';
import { jobNotesOf, schedulerFor } from '../execute/cluster/schedulers.ts';
import { Submissions } from '../execute/cluster/submissions.ts';
import { execute, type RunOptions } from '../execute/execute.ts';
import type { Services } from '../execute/services.ts';
import type { ExecutorSettings } from '../plan/executor-settings.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import type { Selection } from '../plan/select.ts';
import type { CommonOptions } from './options.ts';
import { findProject, type Project } from './project.ts';

/** What a run on clusters asks of the command. */
export interface ClusterOptions {
  readonly options: CommonOptions;
  /** The id of the run. */
  readonly run: string;
  readonly selection: Selection;
  /** The plan that was frozen by an earlier command, if this one goes on with it. */
  readonly frozen?: FrozenText;
  /** Is told of what was submitted, or found. */
  readonly onSubmitted: (plan: string) => void;
  /** Is told when a scheduler does not answer, and that it answers again. */
  readonly onSilence: (scheduler: string, said: string | undefined) => void;
}

interface Cluster {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly submissions: Submissions;
  readonly executor: ClusterExecutor;
}

/** A plan whose jobs are known. */
interface Prepared {
  readonly plan: Plan;
  /** Why an executor cannot be used, by its name. */
  readonly unusable: ReadonlyMap<string, readonly Problem[]>;
  /** That of the frozen plan, unless it could not be frozen. */
  readonly digest: string | undefined;
}

/** How long to wait before a scheduler is asked again that does not answer or is full, in milliseconds. */
const PAUSE = 5000;

/** A run of which some stages are jobs of schedulers. */
export class ClusterRun implements Submitter {
  readonly #project: Project;
  readonly #options: ClusterOptions;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #mixed: MixedExecutor;
  readonly #services: Services;
  #plan: Plan;
  #executors: ReadonlyMap<string, string>;
  #selection: Selection;
  #frozen: FrozenPlan | undefined;
  #prepared: Prepared | undefined;
  /** The stages that would have run when stages were last submitted. */
  #open: readonly string[] = [];

  constructor(services: Services, options: ClusterOptions) {
    this.#project = findProject(options.options);
    this.#options = options;
    this.#plan = services.plan;
    this.#executors = executorsIn(services.plan);
    this.#selection = options.selection;
    const used = new Set(services.plan.stages.map(({ executor }) => executor));
    const clusters = Object.entries(services.plan.executors).filter(([name]) => used.has(name));
    this.#clusters = new Map(clusters.map(([name, settings]) => [name, this.#cluster(name, settings, services)]));
    const executors = new Map([...this.#clusters].map(([name, { executor }]) => [name, executor]));
    this.#mixed = new MixedExecutor(services.executor, executors, this);
    this.#services = {
      ...services,
      executor: this.#mixed,
      texts: { textOf: (...code) => this.#textOf(services, code) },
    };
  }

  /** The services with which the run is executed. */
  get services(): Services {
    return this.#services;
  }

  executorOf(stage: string): string {
    const executor = this.#executors.get(stage);
    if (executor === undefined) throw new Error(`there is no stage ${stage}`);
    return executor;
  }

  /** Goes on with another plan. What it has in addition is submitted before the next stage runs. */
  replanned(plan: Plan, selection: Selection): void {
    this.#plan = plan;
    this.#executors = executorsIn(plan);
    this.#selection = selection;
    this.#mixed.submitAgain();
  }

  /** Submits all stages now that can be submitted. Returns those that cannot, and why an executor cannot be used. */
  async submitNow(): Promise<{ readonly left: readonly string[]; readonly problems: readonly Problem[] }> {
    const unusable = await this.#mixed.submit();
    const left = this.#open.filter((name) => !this.#mixed.hasTaken(name));
    return { left, problems: [...unusable.values()].flat() };
  }

  /** Returns the number of jobs that have not ended, as far as is known, by executor. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#clusters.values()].map(({ name, submissions }) => [name, submissions.jobs.length]));
  }

  async cancel(): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    for (const { scheduler, submissions } of this.#clusters.values()) {
      const cancelled = await scheduler.cancel(submissions.jobs.map(({ id }) => id));
      if (!cancelled.ok) problems.push(...cancelled.failure);
    }
    return problems;
  }

  async submit(): ReturnType<Submitter['submit']> {
    const { plan, unusable, digest } = await this.#prepare();
    const open = await this.#wouldRun();
    this.#open = open;
    for (const { name, submissions } of this.#clusters.values()) {
      if (unusable.has(name)) continue;
      // A stage that is forced would run again and again.
      const isDone = (stage: string) => ['succeeded', 'cached'].includes(this.#mixed.endOf(stage) ?? '');
      const wouldRun = new Set(open.filter((stage) => !isDone(stage)));
      const isAmong = ({ name: stage, executor }: PlannedStage) =>
        executor === name && (this.#mixed.hasTaken(stage) || !this.#mixed.hasBegun(stage));
      await submissions.submit(dueAmong(plan, wouldRun, isAmong));
    }
    if (digest !== undefined) this.#options.onSubmitted(digest);
    return unusable;
  }

  /** Freezes the plan and finds its jobs, unless that was done. */
  async #prepare(): Promise<Prepared> {
    const plan = this.#plan;
    if (this.#prepared?.plan === plan) return this.#prepared;
    const unusable = new Map<string, readonly Problem[]>();
    const frozen = await this.#freeze();
    for (const { name, submissions } of this.#clusters.values()) {
      const used = frozen.ok
        ? await submissions.use(plan, frozen.value, new JobFolder(this.#project.cache, frozen.value.digest))
        : frozen;
      if (!used.ok) unusable.set(name, used.failure);
    }
    this.#prepared = { plan, unusable, digest: frozen.ok ? frozen.value.digest : undefined };
    return this.#prepared;
  }

  /** Returns the stages that would run now, in the plan's order. */
  async #wouldRun(): Promise<readonly string[]> {
    const selection = this.#selection;
    const options: RunOptions = {
      ...{ selection, select: () => ({ ok: true, value: selection }), purpose: 'dry-run', keepGoing: true },
      ...{ signal: this.#services.threads.signal, emit: () => undefined },
    };
    // Nothing is planned again: open stages are submitted when their instances are known.
    const { planner: _, ...services } = { ...this.#services, plan: this.#plan };
    const { stages } = await execute(services, options);
    return stages.flatMap(({ name, outcome }) => (outcome === 'would-run' ? [name] : []));
  }

  async #freeze(): Promise<Result<FrozenText>> {
    const { frozen } = this.#options;
    if (frozen !== undefined) return { ok: true, value: frozen };
    const made = await freezeServices({ ...this.#services, plan: this.#plan }, this.#selection.forced);
    if (!made.ok) return made;
    this.#frozen = made.value;
    const { options } = this.#options;
    return { ok: true, value: freeze(made.value, this.#services.roots, this.#project.shown, options.engine.build) };
  }

  /** What was submitted does not change any more, whatever the user edits. */
  async #textOf(
    { texts }: Services,
    [module, digest]: Parameters<Services['texts']['textOf']>,
  ): ReturnType<Services['texts']['textOf']> {
    const known = this.#frozen?.codes.get(module);
    return known?.code.digest === digest ? { ok: true, value: known.text } : texts.textOf(module, digest);
  }

  #cluster(name: string, settings: ExecutorSettings, { stores, environment }: Services): Cluster {
    const { run, options, onSilence, frozen } = this.#options;
    const scheduler = schedulerFor(name, settings, this.#project, environment);
    const { root } = this.#project;
    const script = { program: [process.execPath, commandOf(options)], options: optionsOf(this.#project, options) };
    const submissions = new Submissions({
      ...{ executor: name, settings, scheduler, root, script, run, pause: PAUSE },
      ...{ notes: jobNotesOf(name, this.#project), isAttached: frozen !== undefined },
    });
    const watch = new JobWatch(
      scheduler,
      () => submissions.names,
      (said) => onSilence(scheduler.title, said),
    );
    const isForced = (stage: string) => this.#selection.forced.has(stage);
    const executor = new ClusterExecutor({ name, scheduler, submissions, watch, isForced, actions: stores.actions });
    return { name, scheduler, submissions, executor };
  }
}

/** Returns the stages among some that would run and depend on nothing that would run but is not among them. */
function dueAmong(
  { stages }: Plan,
  wouldRun: ReadonlySet<string>,
  isAmong: (stage: PlannedStage) => boolean,
): readonly PlannedStage[] {
  const due = new Map<string, PlannedStage>();
  for (const stage of stages) {
    if (!isAmong(stage) || stage.isOpen || !wouldRun.has(stage.name)) continue;
    if (stage.dependencies.every((name) => due.has(name) || !wouldRun.has(name))) due.set(stage.name, stage);
  }
  return [...due.values()];
}

function executorsIn({ stages }: Plan): ReadonlyMap<string, string> {
  return new Map(stages.map(({ name, executor }) => [name, executor]));
}

function commandOf({ engine }: CommonOptions): string {
  return join(dirname(engine.host), 'cli.cjs');
}

/** The options by which a job finds the project. Addresses may have passwords in them, and are in the plan or not given. */
function optionsOf({ file, cache }: Project, { profile, offline }: CommonOptions): readonly string[] {
  return [
    ...['-f', file, '--cache', cache],
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(offline ? ['--offline'] : []),
  ];
}
