import type { Problem } from '../../../shared/problem.ts';
import { kindOf } from '../../data/tables/label-kind.ts';
import type { Targets } from '../../data/tables/targets.ts';
import type { Task } from '../../data/tables/task.ts';

/**
 * The weights of classes in the loss: by task, one weight per class. `balanced` gives class c of a task the weight
 * samples / (classes · samples of c), computed on the training split, as scikit-learn's `compute_class_weight`. Where a
 * sample may have several classes, it is samples without c / samples with c: what has the class counts as much as what has not.
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
    if (kindOf(task) === 'numbers') {
      const message = `class_weights names the task "${name}", whose labels are numbers`;
      return [{ message, advice: 'Remove it: only classes have weights.' }];
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

/** Returns for each task float32 [classes], the weights of its classes; undefined where all are 1. */
export function classWeightsByTask(
  weights: ClassWeights | undefined,
  targets: Pick<Targets, 'tasks' | 'labels' | 'samplesIn'>,
): readonly (Float32Array | undefined)[] | undefined {
  if (weights === undefined) return undefined;
  if (weights === 'balanced') return balanced(targets);
  return targets.tasks.map(({ name }) => {
    const own = Object.hasOwn(weights, name) ? weights[name] : undefined;
    return own && Float32Array.from(own);
  });
}

function balanced({ tasks, labels, samplesIn }: Pick<Targets, 'tasks' | 'labels' | 'samplesIn'>) {
  const counts = tasks.map(({ classes }) => ({ y: new Float64Array(classes), n: new Float64Array(classes) }));
  for (const sample of samplesIn('train')) {
    for (const { task, text } of labels(sample)) {
      for (const [index, mark] of [...text].entries()) {
        const own = mark === 'y' || mark === 'n' ? counts[task]?.[mark] : undefined;
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1;
      }
    }
  }
  return tasks.map((task, index) => (kindOf(task) === 'numbers' ? undefined : weightsOf(task, counts[index])));
}

/** Returns the weights from the numbers of samples with and without each class. */
function weightsOf(task: Task, counts: { readonly y: Float64Array; readonly n: Float64Array } | undefined) {
  const samples = counts?.y.reduce((sum, count) => sum + count, 0) ?? 0;
  return Float32Array.from({ length: task.classes }, (_, index) => {
    const [having, lacking] = [counts?.y[index] ?? 0, counts?.n[index] ?? 0];
    if (kindOf(task) === 'classes') return having > 0 && lacking > 0 ? lacking / having : 1;
    return having > 0 ? samples / (task.classes * having) : 1;
  });
}
