import { groupBy } from '../../../shared/group-by.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';

/** Where the job of a stage is among those of its plan. The same plan has the same places. */
export interface JobPlace {
  readonly label: string;
  /** The index of its task, if the label is that of an array. */
  readonly task?: number;
}

/** Stages that are submitted together: as an array if their label has tasks. */
export interface JobGroup {
  readonly label: string;
  readonly stages: readonly GroupedStage[];
  /** What they wait for, apart from `sameIndex`. Names of stages. */
  readonly after: readonly string[];
  /** Labels of arrays: each task waits for the one with the same index. */
  readonly sameIndex: readonly string[];
}

export interface GroupedStage {
  readonly stage: PlannedStage;
  readonly task?: number;
}

/** Slurm's default for the largest index of a task is 1000. */
const LARGEST_ARRAY = 1000;

/**
 * Assigns a place to each stage of an executor. Instances of a matrix with the same resources share a label, if arrays
 * are possible. It depends on the plan alone, and not on what is cached, so that jobs are found again.
 */
export function placesIn({ stages }: Plan, executor: string, arrays: boolean): ReadonlyMap<string, JobPlace> {
  const places = new Map<string, JobPlace>();
  const own = [...stages.entries()].filter(([, stage]) => stage.executor === executor && !stage.isOpen);
  const families = groupBy(own, ([, { name, declared, matrix, resources, timeout }]) => {
    const isInstance = arrays && Object.keys(matrix).length > 0;
    return isInstance ? JSON.stringify([declared, resources, timeout]) : name;
  });
  for (const members of families.values()) {
    for (const [position, [index, { name }]] of members.entries()) {
      const [first = index] = members[position - (position % LARGEST_ARRAY)] ?? [];
      if (members.length === 1) places.set(name, { label: `s${index}` });
      else places.set(name, { label: `a${first}`, task: position % LARGEST_ARRAY });
    }
  }
  return places;
}

/**
 * Groups stages into jobs, each after those that it waits for. Tasks of one array are submitted together if they wait for
 * the same stages, or each for the task with its own index.
 *
 * @param due the stages to submit, in the plan's order. What else they depend on is complete.
 * @param placeOf returns the place of a stage that is to be submitted or was.
 */
export function groupJobs(
  due: readonly PlannedStage[],
  placeOf: (stage: string) => JobPlace | undefined,
): readonly JobGroup[] {
  const levels = new Map<string, number>();
  const groups = new Map<string, JobGroup & { readonly level: number; readonly stages: GroupedStage[] }>();
  for (const stage of due) {
    const place = placeOf(stage.name);
    if (place === undefined) throw new Error(`${stage.name} has no place`);
    const open = stage.dependencies.filter((name) => placeOf(name) !== undefined);
    const level = Math.max(0, ...open.map((name) => (levels.get(name) ?? -1) + 1));
    levels.set(stage.name, level);
    const isSameIndex = (name: string) => place.task !== undefined && placeOf(name)?.task === place.task;
    const sameIndex = [...new Set(open.filter(isSameIndex).map((name) => placeOf(name)?.label ?? ''))].sort();
    const after = open.filter((name) => !isSameIndex(name)).sort();
    const id = JSON.stringify([place.label, level, after, sameIndex]);
    const group = groups.get(id) ?? { label: place.label, level, after, sameIndex, stages: [] };
    groups.set(id, group);
    group.stages.push({ stage, ...(place.task !== undefined && { task: place.task }) });
  }
  return [...groups.values()].sort((a, b) => a.level - b.level);
}
