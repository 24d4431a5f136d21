import { success } from '../../shared/problem.ts';
import { execute } from '../execute/execute.ts';
import type { Services } from '../execute/services.ts';
import type { Plan } from '../plan/plan.ts';
import { before, type Selection } from '../plan/select.ts';

/** Returns services with the plan in which all instances are known whose values are in the cache. Runs nothing. */
export async function withKnownInstances(services: Services): Promise<Services> {
  const { planner } = services;
  if (planner === undefined) return services;
  const select = (plan: Plan): Selection => ({
    stages: before(
      plan,
      plan.lists.map(({ stage }) => stage),
    ),
    forced: new Set(),
    cachedOnly: new Set(),
  });
  const { plan, lists } = await execute(services, {
    selection: select(services.plan),
    select: (replanned) => success(select(replanned)),
    purpose: 'dry-run',
    keepGoing: true,
    signal: services.threads.signal,
    emit: services.emit,
  });
  return { ...services, plan, planner: { ...planner, lists } };
}
