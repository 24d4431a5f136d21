import type { Result } from '../../shared/problem.ts';
import type { Lists } from '../plan/lists.ts';
import type { Plan } from '../plan/plan.ts';

/** Makes the plan again with what is known of the values of its matrices. */
export interface Planner {
  /** The lists with which the plan of the services was made. */
  readonly lists: Lists;
  plan(lists: Lists): Promise<Result<Plan>>;
}
