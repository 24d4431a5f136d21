import { problem, type Result, success } from '../../../shared/problem.ts';
import { order } from '../../plan/order.ts';
import type { PlannedStage } from '../../plan/plan.ts';
import { ArgoNames } from './names.ts';
import type { Task } from './workflow.ts';

/** The most templates of a workflow, and the most tasks of a graph, that Argo's definition of a Workflow accepts. */
export const MOST = 200;

/** The stages of one task: a single one, or all instances of a stage with a matrix. */
interface Group {
  readonly name: string;
  readonly template: string;
  readonly stages: readonly string[];
  readonly dependencies: readonly string[];
}

/**
 * Returns a task for each stage. If there are more than Argo accepts, each stage with a matrix gets one task, which runs
 * its instances side by side; a stage that reads one of them then waits for all.
 *
 * @param templateOf returns the name of the template for a stage of the pipeline file.
 */
export function tasksOf(
  stages: readonly PlannedStage[],
  templateOf: (declared: string) => string,
): Result<readonly Task[]> {
  const single = stages.map(({ name, declared, dependencies }): Group => {
    return { name, template: templateOf(declared), stages: [name], dependencies };
  });
  const groups = single.length <= MOST ? single : grouped(stages, templateOf);
  const message = `an Argo Workflow has at most ${MOST} tasks in a graph, and this pipeline has ${stages.length} stages`;
  const advice = 'Export a part of the pipeline: name the stages at its end.';
  if (groups.length > MOST) return problem(message, { advice });
  const byName = new Map(groups.map((group) => [group.name, group]));
  const ordered = order(byName.keys(), (name) => byName.get(name)?.dependencies ?? []);
  if (!ordered.ok) {
    const cycle = ordered.failure.join(' → ');
    return problem(`${message}; the instances of a matrix cannot share one, since some read others: ${cycle}`, {
      advice,
    });
  }
  const names = new ArgoNames();
  return success(groups.map((group) => toTask(group, names)));
}

function grouped(stages: readonly PlannedStage[], templateOf: (declared: string) => string): Group[] {
  const declaredOf = new Map(stages.map(({ name, declared }) => [name, declared]));
  return [...new Set(declaredOf.values())].map((name) => {
    const instances = stages.filter(({ declared }) => declared === name);
    const read = instances.flatMap(({ dependencies }) => dependencies);
    return {
      name,
      template: templateOf(name),
      stages: instances.map((instance) => instance.name),
      dependencies: read.map((each) => declaredOf.get(each) ?? each),
    };
  });
}

function toTask({ name, template, stages, dependencies }: Group, names: ArgoNames): Task {
  const [stage = name, another] = stages;
  const before = [...new Set(dependencies)].map((each) => names.of(each));
  return {
    name: names.of(name),
    template,
    ...(before.length > 0 && { dependencies: before }),
    arguments: { parameters: [{ name: 'stage', value: another === undefined ? stage : '{{item}}' }] },
    ...(another !== undefined && { withItems: stages }),
  };
}
