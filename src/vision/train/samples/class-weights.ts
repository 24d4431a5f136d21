import type { Problem } from '../../../shared/problem.ts';
import type { Targets } from '../../data/tables/targets.ts';
import { headLayout } from '../step/target-masks.ts';

/** For each class of a task how often its samples count; `balanced` makes the classes of every task count alike. */
export type ClassWeights = 'balanced' | Readonly<Record<string, readonly number[]>>;

/** What of the weights does not fit the tasks. */
export function classWeightProblems(weights: ClassWeights | undefined, { tasks }: Pick<Targets, 'tasks'>): Problem[] {
  if (weights === undefined || weights === 'balanced') return [];
  return Object.entries(weights).flatMap(([name, values]) => {
    const task = tasks.find((candidate) => candidate.name === name);
    if (task === undefined) {
      const known = tasks.map((known) => known.name).join(', ');
      return [{ message: `class_weights names the task «${name}», which there is not`, advice: `There is ${known}.` }];
    }
    if (values.length === task.classes) return [];
    return [
      {
        message: `class_weights has ${values.length} numbers for the task «${name}», which has ${task.classes} classes`,
        advice: 'Give one number a class, in the order of the label’s characters.',
      },
    ];
  });
}

/** @returns the weights by the classes of all heads side by side; undefined where every sample counts once. */
export function classWeightColumns(weights: ClassWeights | undefined, targets: Targets): Float32Array | undefined {
  if (weights === undefined) return undefined;
  const { offsets, totalClasses, classes } = headLayout(targets.tasks);
  const columns = new Float32Array(totalClasses).fill(1);
  if (weights === 'balanced') {
    const counts = new Float64Array(totalClasses);
    for (const sample of targets.samplesIn('train')) {
      const column = (offsets[targets.taskOf[sample] ?? 0] ?? 0) + (targets.classOf[sample] ?? 0);
      counts[column] = (counts[column] ?? 0) + 1;
    }
    offsets.forEach((offset, task) => {
      const own = counts.subarray(offset, offset + (classes[task] ?? 0));
      const samples = own.reduce((sum, count) => sum + count, 0);
      own.forEach((count, index) => {
        if (count > 0) columns[offset + index] = samples / (own.length * count);
      });
    });
    return columns;
  }
  targets.tasks.forEach(({ name }, task) => {
    columns.set(weights[name] ?? [], offsets[task] ?? 0);
  });
  return columns;
}
