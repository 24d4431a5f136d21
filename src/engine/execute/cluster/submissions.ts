import { setTimeout as delay } from 'node:timers/promises';
import { groupBy } from '../../../shared/group-by.ts';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { ExecutorSettings } from '../../plan/executor-settings.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import type { FrozenText } from './frozen-plan.ts';
import type { JobFolder } from './job-folder.ts';
import type { JobNotes } from './job-notes.ts';
import { resourcesOf, timesOf } from './job-resources.ts';
import { jobScript, type ScriptParts } from './job-script.ts';
import { JobTable, type SubmittedJob } from './job-table.ts';
import { jobAt, newest } from './job-watch.ts';
import { type GroupedStage, groupJobs, type JobGroup } from './places.ts';
import type { After, JobId, JobState, Refusal, Scheduler } from './scheduler.ts';
import { limitProblem, silenceProblem } from './scheduler-problems.ts';
import { UsedPlan } from './used-plan.ts';

/** What is different for a job that replaces one that failed. */
export interface Changes {
  /** Bytes. */
  readonly memory?: number;
  /** Nodes on which it must not run. */
  readonly exclude: readonly string[];
  /** How often the stage has failed, which counts as retries. */
  readonly failures: number;
}

export interface SubmissionParts {
  readonly executor: string;
  readonly settings: ExecutorSettings;
  readonly scheduler: Scheduler;
  /** The folder of the pipeline file, absolute. */
  readonly root: string;
  readonly script: Pick<ScriptParts, 'program' | 'options'>;
  /** Where submitted jobs are written down. */
  readonly notes: JobNotes | undefined;
  /** Whether jobs that an earlier runner has submitted count, too, if they have ended: they are not submitted again. */
  readonly isAttached: boolean;
  readonly run: string;
  /** How long to wait before a scheduler is asked again that does not answer or is full, in milliseconds. */
  readonly pause: number;
}

/** How often a scheduler that does not answer is asked for the jobs of an earlier runner. */
const MOST_QUESTIONS = 5;
const NO_CHANGES: Changes = { exclude: [], failures: 0 };

/** Submits the stages of an executor, finds those that an earlier runner has submitted, and knows the job of each stage. */
export class Submissions {
  readonly #parts: SubmissionParts;
  readonly #jobs = new JobTable();
  readonly #names = new Set<string>();
  #used: UsedPlan | undefined;
  /** One at a time, so that the limit holds. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
  }

  /** The names of the jobs of this run. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** The jobs that have not ended, as far as is known. */
  get jobs(): readonly SubmittedJob[] {
    return this.#jobs.open;
  }

  jobOf(stage: string): SubmittedJob | undefined {
    return this.#jobs.of(stage);
  }

  /** Forgets the job of a stage, which has ended. */
  ended(stage: string): void {
    this.#jobs.delete(stage);
  }

  /** Goes on with this plan. Finds its jobs that were submitted earlier. Fails if the scheduler does not answer. */
  async use(plan: Plan, frozen: FrozenText, folder: JobFolder): Promise<Result<void>> {
    const { executor, scheduler, pause } = this.#parts;
    const { digest } = frozen;
    const used = new UsedPlan({ plan, digest, folder, executor, arrays: scheduler.can.arrays });
    this.#used = used;
    this.#names.add(used.name);
    const written = folder.write(frozen);
    if (!written.ok) return written;
    for (let asked = 1; ; asked++) {
      const states = await scheduler.states([used.name]);
      if (states.ok) {
        this.#find(states.value, used);
        return success(undefined);
      }
      if (states.failure.isMissing || asked === MOST_QUESTIONS)
        return failure([silenceProblem(this.#parts, states.failure)]);
      await delay(pause);
    }
  }

  /** Takes over the jobs of the plan that were submitted earlier. */
  #find(states: readonly JobState[], { name, folder, places }: UsedPlan): void {
    const { notes, isAttached } = this.#parts;
    const found = newest(states);
    const notedAt = isAttached ? notes?.finder(name) : undefined;
    for (const [stage, place] of places) {
      const state = jobAt(found, { name, ...place });
      const isOver = state === undefined || state.phase === 'ended' || folder.saysEnded(place.label, place.task);
      const id = isOver && !isAttached ? undefined : (state?.id ?? notedAt?.(place));
      if (id !== undefined) this.#add(stage, id, isOver);
    }
  }

  /** Submits stages together, each after those of them that it depends on, as far as the scheduler takes them. */
  async submit(due: readonly PlannedStage[]): Promise<void> {
    const { can } = this.#parts.scheduler;
    const names = new Set(due.map(({ name }) => name));
    const open = due.filter((stage) => !this.#jobs.has(stage.name));
    const placeOf = (stage: string) => (names.has(stage) ? this.#used?.places.get(stage) : undefined);
    for (const group of groupJobs(open, placeOf)) {
      const isReady = ({ stage }: GroupedStage) =>
        stage.dependencies.every((name) => !names.has(name) || (can.dependencies && this.#jobs.isOpen(name)));
      for (const part of this.#partsOf({ ...group, stages: group.stages.filter(isReady) }))
        await this.#submitGroup(part);
    }
  }

  /** Returns the job of a stage whose inputs are complete. Submits one if it has none, as soon as there is room for it. */
  async obtain(
    stage: string,
    changes: Changes,
    signal: AbortSignal,
  ): Promise<Result<SubmittedJob, readonly Problem[] | 'cancelled'>> {
    const { scheduler, pause } = this.#parts;
    for (;;) {
      const known = this.#jobs.of(stage);
      if (known !== undefined) return success(known);
      if (signal.aborted) return failure('cancelled');
      if (this.#room() > 0) {
        const submitted = await this.#inTurn(() => this.#submitOne(stage, changes));
        if (submitted === undefined) continue;
        if (submitted.kind === 'refused') return failure(submitted.problems);
        if (submitted.kind === 'silent')
          return failure([silenceProblem(this.#parts, { said: submitted.said, isMissing: false })]);
        // Without any job, the limit is not one that passes.
        if (this.#jobs.open.length === 0) return failure([limitProblem(scheduler, submitted.said)]);
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns how many jobs may be submitted now. */
  #room(): number {
    return (this.#parts.settings.maxJobs ?? Number.POSITIVE_INFINITY) - this.#jobs.open.length;
  }

  #inTurn<Value>(action: () => Promise<Value>): Promise<Value> {
    const turn = this.#latest.then(action);
    this.#latest = turn.catch(() => undefined);
    return turn;
  }

  async #submitOne(stage: string, changes: Changes): Promise<Refusal | undefined> {
    if (this.#jobs.has(stage)) return undefined;
    const { label, ...task } = this.#plan.placeOf(stage);
    const stages = [{ stage: this.#plan.stage(stage), ...task }];
    const alone: JobGroup = { label, stages, after: [], sameIndex: [] };
    return this.#submitAs(alone, [], changes);
  }

  /** Splits a group by what its tasks wait for, and by how many there is room for. */
  #partsOf(group: JobGroup): readonly JobGroup[] {
    const parts = groupBy(group.stages, ({ stage, task }) =>
      JSON.stringify(task === undefined ? stage.name : group.sameIndex.map((label) => this.#arrayOf(stage, label))),
    );
    return [...parts.values()].map((stages) => ({ ...group, stages }));
  }

  async #submitGroup(group: JobGroup): Promise<void> {
    const stages = group.stages.slice(0, Math.max(0, this.#room()));
    const [first] = stages;
    if (first === undefined) return;
    const arrays = group.sameIndex.flatMap((label) => this.#arrayOf(first.stage, label) ?? []);
    const jobs = this.#jobs.idsOf(group.after);
    const after: After[] = [
      ...(jobs.length === 0 ? [] : [{ kind: 'all' as const, jobs }]),
      ...arrays.map((array) => ({ kind: 'same-index' as const, array })),
    ];
    // What is not taken now is submitted when its inputs are complete; then it is known why it is not taken.
    await this.#inTurn(() => this.#submitAs({ ...group, stages }, after, NO_CHANGES));
  }

  /** Returns the id of the array with this label in which a stage that `stage` reads is a task. */
  #arrayOf(stage: PlannedStage, label: string): JobId | undefined {
    const read = stage.dependencies.find((name) => this.#used?.places.get(name)?.label === label);
    return read === undefined ? undefined : this.#jobs.arrayOf(read);
  }

  async #submitAs(
    group: JobGroup,
    after: readonly After[],
    { memory, exclude, failures }: Changes,
  ): Promise<Refusal | undefined> {
    const { settings, scheduler, root, script, run } = this.#parts;
    const { label, stages } = group;
    const first = stages[0]?.stage;
    if (first === undefined) throw new Error('there is nothing to submit');
    const { digest, name, folder } = this.#plan;
    const tasks = stages.flatMap(({ task }) => (task === undefined ? [] : [task]));
    const byTask = new Map(stages.map(({ task = 0, stage }) => [task, stage.name]));
    const parts = { ...script, plan: digest, run, setup: settings.setup, requeue: scheduler.requeue };
    const retries = failures === 0 ? undefined : Math.max(0, first.retries.count - failures);
    // Otherwise the end of an earlier job would be taken for that of this one.
    for (const { task } of stages) folder.forget(label, task);
    const submitted = await scheduler.submit({
      ...{ name, label, after, exclude, folder: root, output: folder.log(label) },
      title: stages.length === 1 ? first.name : `${first.declared} (${stages.length} instances)`,
      script: jobScript(parts, tasks.length === 0 ? first.name : byTask, { memory, retries }),
      ...(tasks.length > 0 && { tasks }),
      ...resourcesOf(first, memory),
      ...timesOf(first, settings),
    });
    if (!submitted.ok) return submitted.failure;
    const id = submitted.value;
    this.#parts.notes?.add({ id, name, label, output: folder.log(label), ...(tasks.length > 0 && { tasks }) });
    if (tasks.length > 0) this.#jobs.addArray(id, byTask.values());
    for (const { stage, task } of stages) this.#add(stage.name, task === undefined ? id : `${id}_${task}`, false);
    return undefined;
  }

  #add(stage: string, id: JobId, isOver: boolean): void {
    const plan = this.#plan;
    const place = plan.placeOf(stage);
    this.#jobs.add(stage, { ...place, id, name: plan.name, output: plan.outputAt(place), isOver });
  }

  get #plan(): UsedPlan {
    if (this.#used === undefined) throw new Error('no plan is used');
    return this.#used;
  }
}
