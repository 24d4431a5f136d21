import { setTimeout as delay } from 'node:timers/promises';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { ExecutorSettings } from '../../plan/executor-settings.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import type { FrozenText } from './frozen-plan.ts';
import { type JobFolder, jobName } from './job-folder.ts';
import { resourcesOf, timesOf } from './job-resources.ts';
import { jobScript, type ScriptParts } from './job-script.ts';
import { JobTable, type SubmittedJob } from './job-table.ts';
import { jobAt, newest } from './job-watch.ts';
import { type GroupedStage, groupJobs, type JobGroup, type JobPlace, placesIn } from './places.ts';
import { type After, type JobId, outputOf, type Refusal, type Scheduler } from './scheduler.ts';
import { limitProblem, silenceProblem } from './scheduler-problems.ts';

/** What is different for a job that replaces one that failed. */
export interface Changes {
  /** Bytes. */
  readonly memory?: number;
  /** Nodes on which it must not run. */
  readonly exclude: readonly string[];
}

export interface SubmissionParts {
  readonly executor: string;
  readonly settings: ExecutorSettings;
  readonly scheduler: Scheduler;
  /** The folder of the pipeline file, absolute. */
  readonly root: string;
  readonly script: Pick<ScriptParts, 'program' | 'options'>;
  readonly run: string;
  /** How long to wait before a scheduler is asked again that does not answer or is full, in milliseconds. */
  readonly pause: number;
}

/** A plan whose jobs are submitted. */
interface Submitted {
  readonly plan: ReadonlyMap<string, PlannedStage>;
  readonly digest: string;
  readonly name: string;
  readonly folder: JobFolder;
  readonly places: ReadonlyMap<string, JobPlace>;
}

/** How often a scheduler that does not answer is asked for the jobs of an earlier runner. */
const MOST_QUESTIONS = 5;
const NO_CHANGES: Changes = { exclude: [] };

/** Submits the stages of an executor, finds those that an earlier runner has submitted, and knows the job of each stage. */
export class Submissions {
  readonly #parts: SubmissionParts;
  readonly #jobs = new JobTable();
  readonly #names = new Set<string>();
  #current: Submitted | undefined;
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
  get jobs(): Iterable<SubmittedJob> {
    return this.#jobs.all;
  }

  jobOf(stage: string): SubmittedJob | undefined {
    return this.#jobs.of(stage);
  }

  /** Forgets the job of a stage, which has ended. */
  ended(stage: string): void {
    this.#jobs.delete(stage);
  }

  /** Goes on with this plan. Finds its jobs that are queued or running. Fails if the scheduler does not answer. */
  async use(plan: Plan, frozen: FrozenText, folder: JobFolder): Promise<Result<void>> {
    const { executor, scheduler, pause } = this.#parts;
    const places = placesIn(plan, executor, scheduler.can.arrays);
    const name = jobName(frozen.digest);
    const byName = new Map(plan.stages.map((stage) => [stage.name, stage]));
    this.#current = { plan: byName, digest: frozen.digest, name, folder, places };
    this.#names.add(name);
    const written = folder.write(frozen);
    if (!written.ok) return written;
    for (let asked = 1; ; asked++) {
      const states = await scheduler.states([name]);
      if (states.ok) {
        const found = newest(states.value);
        for (const [stage, place] of places) {
          const state = jobAt(found, { name, ...place });
          const isOver = state === undefined || state.phase === 'ended' || folder.saysEnded(place.label, place.task);
          if (!isOver) this.#add(stage, state.id);
        }
        return success(undefined);
      }
      if (states.failure.isMissing || asked === MOST_QUESTIONS)
        return failure([silenceProblem(this.#parts, states.failure)]);
      await delay(pause);
    }
  }

  /** Submits stages together, each after those of them that it depends on, as far as the scheduler takes them. */
  async submit(due: readonly PlannedStage[]): Promise<void> {
    const { can } = this.#parts.scheduler;
    const names = new Set(due.map(({ name }) => name));
    const open = due.filter((stage) => !this.#jobs.has(stage.name));
    const placeOf = (stage: string) => (names.has(stage) ? this.#current?.places.get(stage) : undefined);
    for (const group of groupJobs(open, placeOf)) {
      const isReady = ({ stage }: GroupedStage) =>
        stage.dependencies.every((name) => !names.has(name) || (can.dependencies && this.#jobs.has(name)));
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
        if (this.#jobs.size === 0) return failure([limitProblem(scheduler, submitted.said)]);
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns how many jobs may be submitted now. */
  #room(): number {
    return (this.#parts.settings.maxJobs ?? Number.POSITIVE_INFINITY) - this.#jobs.size;
  }

  #inTurn<Value>(action: () => Promise<Value>): Promise<Value> {
    const turn = this.#latest.then(action);
    this.#latest = turn.catch(() => undefined);
    return turn;
  }

  async #submitOne(stage: string, changes: Changes): Promise<Refusal | undefined> {
    const place = this.#current?.places.get(stage);
    const planned = this.#current?.plan.get(stage);
    if (place === undefined || planned === undefined) throw new Error(`${stage} has no place among the jobs`);
    if (this.#jobs.has(stage)) return undefined;
    const task = place.task === undefined ? {} : { task: place.task };
    const alone: JobGroup = { label: place.label, stages: [{ stage: planned, ...task }], after: [], sameIndex: [] };
    return this.#submitAs(alone, [], changes);
  }

  /** Splits a group by what its tasks wait for, and by how many there is room for. */
  #partsOf(group: JobGroup): readonly JobGroup[] {
    const parts = new Map<string, GroupedStage[]>();
    for (const each of group.stages) {
      const arrays = group.sameIndex.map((label) => this.#arrayOf(each.stage, label));
      const id = JSON.stringify(each.task === undefined ? each.stage.name : arrays);
      const part = parts.get(id);
      if (part === undefined) parts.set(id, [each]);
      else part.push(each);
    }
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
    const read = stage.dependencies.find((name) => this.#current?.places.get(name)?.label === label);
    return read === undefined ? undefined : this.#jobs.arrayOf(read);
  }

  async #submitAs(
    group: JobGroup,
    after: readonly After[],
    { memory, exclude }: Changes,
  ): Promise<Refusal | undefined> {
    const { settings, scheduler, root, script, run } = this.#parts;
    const { label, stages } = group;
    const first = stages[0]?.stage;
    if (this.#current === undefined || first === undefined) throw new Error('there is nothing to submit');
    const { digest, name, folder } = this.#current;
    const tasks = stages.flatMap(({ task }) => (task === undefined ? [] : [task]));
    const byTask = new Map(stages.map(({ task = 0, stage }) => [task, stage.name]));
    const parts = { ...script, plan: digest, run, setup: settings.setup, requeue: scheduler.requeue };
    // Otherwise the end of an earlier job would be taken for that of this one.
    for (const { task } of stages) folder.forget(label, task);
    const submitted = await scheduler.submit({
      ...{ name, label, after, exclude, folder: root, output: folder.log(label) },
      title: stages.length === 1 ? first.name : `${first.declared} (${stages.length} instances)`,
      script: jobScript(parts, tasks.length === 0 ? first.name : byTask, memory),
      ...(tasks.length > 0 && { tasks }),
      ...resourcesOf(first, memory),
      ...timesOf(first, settings),
    });
    if (!submitted.ok) return submitted.failure;
    const id = submitted.value;
    if (tasks.length > 0) this.#jobs.addArray(id, byTask.values());
    for (const { stage, task } of stages) this.#add(stage.name, task === undefined ? id : `${id}_${task}`);
    return undefined;
  }

  #add(stage: string, id: JobId): void {
    const place = this.#current?.places.get(stage);
    if (this.#current === undefined || place === undefined) throw new Error(`${stage} has no place among the jobs`);
    const { name, folder } = this.#current;
    const output = outputOf({ output: folder.log(place.label) }, place.task);
    this.#jobs.add(stage, { ...place, id, name, output });
  }
}
