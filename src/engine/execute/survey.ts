import { success } from '../../shared/problem.ts';
import type { Plan } from '../plan/plan.ts';
import { before, type Selection } from '../plan/select.ts';
import type { StageResult } from './events.ts';
import { execute } from './execute.ts';
import type { Services } from './services.ts';

/** Returns what each of the named stages and their upstream stages would do now. Runs nothing. */
export async function survey(services: Services, names: readonly string[]): Promise<ReadonlyMap<string, StageResult>> {
  const { signal } = services.threads;
  const select = (plan: Plan): Selection => ({ stages: before(plan, names), forced: new Set(), cachedOnly: new Set() });
  const { stages } = await execute(services, {
    selection: select(services.plan),
    select: (plan) => success(select(plan)),
    purpose: 'dry-run',
    keepGoing: true,
    signal,
    emit: services.emit,
  });
  signal.throwIfAborted();
  return new Map(stages.map((stage) => [stage.name, stage]));
}
