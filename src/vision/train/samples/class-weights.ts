import type { Problem } from '../../../shared/problem.ts';
import type { Targets } from '../../data/tables/targets.ts';
import { headLayout } from '../step/target-masks.ts';

/**
 * The weights of samples in the loss: by task, one weight per class. `balanced` gives class c of a task the weight
 * samples / (classes · samples of c), computed on the training split, as scikit-learn's `compute_class_weight`.
 */
export type ClassWeights = 'balanced' | Readonly<Record<string, readonly number[]>>;

/** Returns a problem for each entry of the class weights that does not match the tasks. */
export function classWeightProblems(weights: ClassWeights | undefined, { tasks }: Pick<Targets, 'tasks'>): Problem[] {
  if (weights === undefined || weights === 'balanced') return [];
  return Object.entries(weights).flatMap(([name, values]) => {
    const task = tasks.find((candidate) => candidate.name === name);
    if (task === undefined) {
      const known = tasks.map((known) => known.name).join(', ');
      return [{ message: `class_weights names an unknown task "${name}"`, advice: `The tasks are ${known}.` }];
    }
    if (values.length === task.classes) return [];
    return [
      {
        message: `class_weights has ${values.length} numbers for the task "${name}", which has ${task.classes} classes`,
        advice: 'Give one number per class, in class order.',
      },
    ];
  });
}

/** Returns float32 [all classes], the weight of each class of all heads; undefined if all weights are 1. */
export function classWeightColumns(weights: ClassWeights | undefined, targets: Targets): Float32Array | undefined {
  if (weights === undefined) return undefined;
  const { offsets, totalClasses, classes } = headLayout(targets.tasks);
  const columns = new Float32Array(totalClasses).fill(1);
  if (weights === 'balanced') {
    const counts = new Float64Array(totalClasses);
    for (const sample of targets.samplesIn('train')) {
      for (const { task, classIndex } of targets.labels(sample)) {
        const column = (offsets[task] ?? 0) + classIndex;
        counts[column] = (counts[column] ?? 0) + 1;
      }
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
