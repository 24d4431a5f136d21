import type { BatchLabels } from '../../src/vision/train/step/target-tensors.ts';

/**
 * Returns the labels of a batch whose samples have one class of one task each.
 *
 * @param samples for each sample the index of its task, and that of its class within the task.
 */
export function classLabels(
  tasks: readonly { readonly classes: number }[],
  samples: Iterable<readonly [task: number, classIndex: number]>,
): BatchLabels {
  return Array.from(samples, ([task, classIndex]) => {
    const marks = Array.from({ length: tasks[task]?.classes ?? 0 }, (_, at) => (at === classIndex ? 'y' : 'n'));
    return [{ task, text: marks.join(''), classIndex }];
  });
}
