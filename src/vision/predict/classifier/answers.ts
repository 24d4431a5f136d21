import { answerOf, type HeadLayout } from '../../heads/head-layout.ts';
import { answerJson, taskAnswer } from '../task-answer.ts';
import type { Answers } from './classifier.ts';

/**
 * Returns what the outputs of all heads say, by task.
 *
 * @param outputs float32 `[all columns]`, in task order.
 */
export function answersFrom(layout: HeadLayout, outputs: Float32Array): Answers {
  return Object.fromEntries(
    layout.heads.map((placed) => [placed.task.name, answerJson(taskAnswer(placed, answerOf(placed, outputs, layout)))]),
  );
}
