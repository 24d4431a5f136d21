import type { TaskClasses } from '../../models/heads.ts';
import { imageAnswer } from '../image-answers.ts';
import type { Answers } from './classifier.ts';

/**
 * Returns what the outputs of all heads say, by task.
 *
 * @param outputs float32 `[all classes]`, in task order.
 */
export function answersFrom(tasks: readonly TaskClasses[], outputs: Float32Array): Answers {
  const { answers } = imageAnswer('', tasks, outputs);
  return Object.fromEntries(
    answers.map(({ task, class: name, classes, probabilities }) => [
      task,
      {
        class: name,
        probabilities: Object.fromEntries(classes.map((each, index) => [each, probabilities[index] ?? 0])),
      },
    ]),
  );
}
