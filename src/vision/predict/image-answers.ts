import { answerOf, type HeadLayout } from '../heads/head-layout.ts';

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
 * Turns the outputs of all heads into answers.
 *
 * @param outputs float32 `[all columns]`, in task order.
 */
export function imageAnswer(file: string, layout: HeadLayout, outputs: Float32Array): ImageAnswer {
  const answers = layout.heads.map((placed) => {
    const { name, class_names: names } = placed.task;
    const own = answerOf(placed, outputs, layout);
    const classes = Array.from(own, (_, index) => names?.[index] ?? String(index));
    return { task: name, class: classes[own.indexOf(Math.max(...own))] ?? '', classes, probabilities: own };
  });
  return { file, answers };
}
