import { createInterface } from 'node:readline/promises';
import { failure, type Result, success } from '../../shared/problem.ts';
import { plural } from '../../shared/text/format.ts';
import type { FrozenText } from '../execute/cluster/frozen-plan.ts';
import type { RunEvent, RunResult } from '../execute/events.ts';
import type { Services } from '../execute/services.ts';
import { LOCAL, unknownExecutor } from '../plan/executor-settings.ts';
import type { Plan } from '../plan/plan.ts';
import type { Choice, Select, Selection } from '../plan/select.ts';
import { ClusterRun } from './cluster-run.ts';
import { commandLineFor } from './command-line.ts';
import { type Console, reportProblems, reportWarnings } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { findProject, type Project } from './project.ts';
import { noteEnd, noteSubmission } from './submission-notes.ts';

/** Returns services with a plan whose stages all have the same executor, which the command line names. */
export function withExecutor(services: Services, name: string): Result<Services> {
  const { executors } = services.plan;
  if (name !== LOCAL && !Object.hasOwn(executors, name))
    return failure([unknownExecutor(name, executors, { file: `--executor ${name}` })]);
  const changed = (plan: Plan): Plan => ({
    ...plan,
    stages: plan.stages.map((stage) => ({ ...stage, executor: name })),
  });
  const { planner } = services;
  return success({
    ...services,
    plan: changed(services.plan),
    ...(planner && {
      planner: {
        ...planner,
        plan: async (lists) => {
          const planned = await planner.plan(lists);
          return planned.ok ? success(changed(planned.value)) : planned;
        },
      },
    }),
  });
}

/** The options of `pipeline run` that matter for jobs. */
export interface HandOverOptions extends CommonOptions, Omit<Choice, 'stages' | 'isChanged'> {
  readonly keepGoing: boolean;
  readonly since?: string;
  /** The frozen plan of a run that this one goes on with. */
  readonly attached?: FrozenText;
}

interface HandedRun {
  readonly run: string;
  readonly selection: Selection;
  /** The stages that the command line names. */
  readonly stages: readonly string[];
  readonly select: Select;
}

/** Prepares a run of which some stages are jobs of schedulers. Nothing is submitted before a stage has to run. */
export function handOver(services: Services, handed: HandedRun, options: HandOverOptions): HandedOver {
  return new HandedOver(services, handed, options);
}

export class HandedOver {
  readonly #clusters: ClusterRun;
  readonly #select: Select;
  readonly #project: Project;
  readonly run: string;
  /** The digests of the plans whose jobs it follows. */
  readonly #plans = new Set<string>();

  constructor(services: Services, { run, selection, stages, select }: HandedRun, options: HandOverOptions) {
    this.run = run;
    this.#select = select;
    this.#project = findProject(options);
    const { from, until, only, force, keepGoing, since, attached } = options;
    const choice = {
      // What has changed since a commit may be something else later.
      ...{ stages: since === undefined ? stages : [...selection.stages], force },
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      ...(only !== undefined && { only }),
    };
    if (attached !== undefined) this.#plans.add(attached.digest);
    const silent = new Set<string>();
    this.#clusters = new ClusterRun(services, {
      ...{ options, run, selection },
      ...(attached && { frozen: attached }),
      onSubmitted: (plan) => {
        this.#plans.add(plan);
        noteSubmission(this.#project, { plan, run, time: new Date().toISOString(), choice, keepGoing });
      },
      onSilence: (scheduler, said) => {
        if (said === undefined) silent.delete(scheduler);
        else if (!silent.has(scheduler)) {
          silent.add(scheduler);
          const message = `${scheduler} does not answer: ${said}`;
          reportWarnings([{ message, advice: 'Its jobs go on. It is asked again.' }], options);
        }
      },
    });
  }

  get services(): Services {
    return this.#clusters.services;
  }

  get clusters(): ClusterRun {
    return this.#clusters;
  }

  /** Takes note of a plan that is made in the middle of the run. */
  observing(emit: (event: RunEvent) => void): (event: RunEvent) => void {
    return (event) => {
      emit(event);
      if (event.type !== 'run-replanned') return;
      const selection = this.#select(event.plan);
      if (selection.ok) this.#clusters.replanned(event.plan, selection.value);
    };
  }

  /** Says what becomes of the jobs of a run that was stopped: they are cancelled, or go on without it. */
  async conclude(
    { cancelled }: RunResult,
    signal: NodeJS.Signals,
    options: HandOverOptions,
    console: Console,
  ): Promise<void> {
    const text = countsText(this.#clusters);
    if (!cancelled) return noteEnd(this.#project, this.#plans, 'followed');
    if (text === undefined) return;
    if (!(await isToBeCancelled(text, signal, options))) return console.print(goesOnText(text, this.run, options));
    const problems = await this.#clusters.cancel();
    if (problems.length > 0) return reportWarnings(problems, options);
    noteEnd(this.#project, this.#plans, 'cancelled');
    console.print(`cancelled ${text}`);
  }
}

/** Submits all stages as jobs that can be submitted now. Returns the exit code. */
export async function detach(
  handed: HandedOver | undefined,
  options: HandOverOptions,
  console: Console,
): Promise<number> {
  if (handed === undefined) {
    const advice = 'Give its stages an executor of the pipeline file, or name one: --executor NAME.';
    return reportProblems([{ message: 'nothing can be detached: every stage runs on this machine', advice }], options);
  }
  const { left, problems } = await handed.clusters.submitNow();
  if (problems.length > 0) return reportProblems(problems, options);
  const text = countsText(handed.clusters);
  if (left.length > 0) {
    const message = `these stages cannot be submitted now: ${left.join(', ')}`;
    const why =
      'They run on this machine, depend on a stage that does, or exceed `max_jobs` or a limit of the cluster.';
    if (text === undefined)
      return reportProblems([{ message, advice: `${why} Run without --detach, or with --executor NAME.` }], options);
    const attach = commandLineFor({ ...options, set: [] })('attach');
    reportWarnings([{ message, advice: `${why} To run them, too: ${attach}` }], options);
  }
  console.printJson({ type: 'run-detached', run: handed.run, jobs: Object.fromEntries(handed.clusters.counts) });
  console.print(text === undefined ? 'everything is up to date' : goesOnText(text, handed.run, options));
  return EXIT.ok;
}

/** Returns `3 jobs on "cluster"`; nothing if there are none. */
function countsText({ counts }: ClusterRun): string | undefined {
  const texts = [...counts].flatMap(([name, count]) => (count === 0 ? [] : [`${plural(count, 'job')} on "${name}"`]));
  return texts.length === 0 ? undefined : texts.join(', ');
}

function goesOnText(text: string, run: string, options: HandOverOptions): string {
  const command = commandLineFor({ ...options, set: [] });
  return `${text} queued or running (run ${run})\n  → Follow: ${command('attach')}\n  → Cancel: ${command('cancel')}`;
}

/** Asks whether the jobs of a run that was stopped are to be cancelled, too, if somebody is there to answer. */
async function isToBeCancelled(text: string, signal: NodeJS.Signals, { json }: HandOverOptions): Promise<boolean> {
  // A terminal that was closed or a machine that is shut down does not mean the jobs.
  if (signal !== 'SIGINT') return false;
  if (!process.stdin.isTTY || !process.stderr.isTTY || json) return true;
  const question = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await question.question(`Cancel ${text}? They go on otherwise. [y/N] `);
    return /^y/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    question.close();
  }
}
