import type { JobPlace } from './places.ts';
import type { JobId } from './scheduler.ts';

/** The job of a stage. */
export interface SubmittedJob extends JobPlace {
  readonly id: JobId;
  readonly name: string;
  /** The file with its output, absolute. */
  readonly output: string;
  /** Whether it had ended before this run began, so that it says no more than it has said. */
  readonly isOver: boolean;
}

/** The jobs of which it is not known yet what became of their stages. */
export class JobTable {
  readonly #jobs = new Map<string, SubmittedJob>();
  /** The stages that were submitted with an array, by its id. */
  readonly #arrays = new Map<JobId, ReadonlySet<string>>();

  /** Those that are queued or running, as far as is known. */
  get open(): readonly SubmittedJob[] {
    return [...this.#jobs.values()].filter(({ isOver }) => !isOver);
  }

  of(stage: string): SubmittedJob | undefined {
    return this.#jobs.get(stage);
  }

  has(stage: string): boolean {
    return this.#jobs.has(stage);
  }

  /** Whether a stage has a job for which another one may wait. */
  isOpen(stage: string): boolean {
    return this.#jobs.get(stage)?.isOver === false;
  }

  add(stage: string, job: SubmittedJob): void {
    this.#jobs.set(stage, job);
  }

  addArray(id: JobId, stages: Iterable<string>): void {
    this.#arrays.set(id, new Set(stages));
  }

  delete(stage: string): void {
    this.#jobs.delete(stage);
  }

  /** Returns the id of the array in which the job of a stage is a task. */
  arrayOf(stage: string): JobId | undefined {
    return this.#jobs.get(stage)?.id.split('_', 1)[0];
  }

  /** Returns the ids of the jobs of stages: just one of an array whose stages are all among them. */
  idsOf(stages: readonly string[]): readonly JobId[] {
    const wanted = new Set(stages);
    const ids = stages.flatMap((stage) => {
      const job = this.#jobs.get(stage);
      const array = this.arrayOf(stage) ?? '';
      const members = this.#arrays.get(array);
      const isWhole = members !== undefined && [...members].every((member) => wanted.has(member));
      return isWhole ? [array] : job === undefined ? [] : [job.id];
    });
    return [...new Set(ids)];
  }
}
