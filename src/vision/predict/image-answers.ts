import type { TaskClasses } from '../models/heads.ts';

/** What an ensemble says about an image for a task. */
export interface TaskAnswer {
  readonly task: string;
  /** The name of the most probable class, or its index where classes have no names. */
  readonly class: string;
  /** The names of all classes. */
  readonly classes: readonly string[];
  /** float32 `[classes]`, in the order of `classes`. */
  readonly probabilities: Float32Array;
}

/** What an ensemble says about an image. */
export interface ImageAnswer {
  /** The path of the image in its folder. */
  readonly file: string;
  readonly answers: readonly TaskAnswer[];
}

/**
 * Divides the outputs of all heads by task.
 *
 * @param probabilities float32 `[all classes]`, in task order.
 */
export function imageAnswer(file: string, tasks: readonly TaskClasses[], probabilities: Float32Array): ImageAnswer {
  let begin = 0;
  const answers = tasks.map(({ name, classes: count, class_names: names }) => {
    const own = probabilities.subarray(begin, begin + count);
    begin += count;
    const classes = Array.from(own, (_, index) => names?.[index] ?? String(index));
    return { task: name, class: classes[own.indexOf(Math.max(...own))] ?? '', classes, probabilities: own };
  });
  return { file, answers };
}
