import type { Digest } from '../../fingerprint/digest.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import { type JobFolder, jobName } from './job-folder.ts';
import { type JobPlace, placesIn } from './places.ts';
import { outputOf } from './scheduler.ts';

interface UsedPlanParts {
  readonly plan: Plan;
  /** The digest of the frozen plan. */
  readonly digest: Digest;
  readonly folder: JobFolder;
  readonly executor: string;
  /** Whether instances of a matrix become arrays. */
  readonly arrays: boolean;
}

/** A frozen plan whose stages are submitted by an executor: the name of its jobs, and the place of each. */
export class UsedPlan {
  readonly digest: Digest;
  /** The name of its jobs. */
  readonly name: string;
  readonly folder: JobFolder;
  /** By stage. */
  readonly places: ReadonlyMap<string, JobPlace>;
  readonly #stages: ReadonlyMap<string, PlannedStage>;

  constructor({ plan, digest, folder, executor, arrays }: UsedPlanParts) {
    this.digest = digest;
    this.name = jobName(digest);
    this.folder = folder;
    this.places = placesIn(plan, executor, arrays);
    this.#stages = new Map(plan.stages.map((stage) => [stage.name, stage]));
  }

  stage(name: string): PlannedStage {
    return required(this.#stages.get(name), name);
  }

  placeOf(stage: string): JobPlace {
    return required(this.places.get(stage), stage);
  }

  /** Returns the file with the output of the job at a place. */
  outputAt({ label, task }: JobPlace): string {
    return outputOf({ output: this.folder.log(label) }, task);
  }
}

function required<Value>(value: Value | undefined, stage: string): Value {
  if (value === undefined) throw new Error(`${stage} has no place among the jobs`);
  return value;
}
