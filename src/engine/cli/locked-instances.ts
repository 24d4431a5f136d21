import { relative } from 'node:path';
import type { Lockfile } from '../execute/lockfile.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import type { Services } from '../execute/services.ts';
import type { FoundList } from '../plan/lists.ts';
import { type MatrixValue, parseLabel } from '../plan/matrix.ts';
import { parseStageReference } from '../plan/stage-reference.ts';
import type { CommonOptions } from './options.ts';
import { lockfilePath } from './project.ts';

/**
 * Returns services with the plan in which the instances that are not known are those of the lockfile, so that all of it
 * can be compared before anything runs. What the stages then put out decides.
 */
export async function withLockedInstances(services: Services, options: CommonOptions): Promise<Services> {
  if (!hasOpenStages(services)) return services;
  const path = lockfilePath(options);
  const read = readLockfile(path, relative(process.cwd(), path));
  return withInstancesOf((read.ok ? read.value : undefined) ?? new Map(), services);
}

function hasOpenStages({ plan }: Services): boolean {
  return plan.stages.some(({ isOpen }) => isOpen);
}

/** Does the same with a lockfile that has been read. */
export async function withInstancesOf(lockfile: Lockfile, services: Services): Promise<Services> {
  const { plan, planner } = services;
  if (planner === undefined || !hasOpenStages(services)) return services;
  const open = plan.stages.filter(({ isOpen }) => isOpen);
  const names = [...lockfile.keys()];
  const lists = new Map<string, FoundList>(planner.lists);
  for (const { declared, lists: wanted = {} } of open) {
    for (const [dimension, { written, output }] of Object.entries(wanted)) {
      const values = valuesIn(names, declared, dimension);
      if (values.length > 0 && !lists.has(written)) lists.set(written, { file: output, content: { value: values } });
    }
  }
  const planned = await planner.plan(lists);
  return planned.ok ? { ...services, plan: planned.value, planner: { ...planner, lists } } : services;
}

/** Returns the values of a dimension in the names of a stage's instances. */
function valuesIn(names: readonly string[], stage: string, dimension: string): MatrixValue[] {
  const labels = names.flatMap((name) => {
    const reference = parseStageReference(name);
    return reference?.stage === stage ? (reference.selection.get(dimension) ?? []) : [];
  });
  return [...new Set(labels)].map(parseLabel);
}
