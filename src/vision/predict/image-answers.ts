import { checkedAnswer } from '../heads/checked-answer.ts';
import type { HeadLayout } from '../heads/head-layout.ts';
import { type TaskAnswer, taskAnswer } from './task-answer.ts';

/** What an ensemble says about an image. */
export interface ImageAnswer {
  /** The path of the image in its folder. */
  readonly file: string;
  readonly answers: readonly TaskAnswer[];
}

/**
 * Returns what the outputs of all heads say.
 *
 * @param outputs float32 `[all columns]`, in task order.
 */
export function imageAnswer(file: string, layout: HeadLayout, outputs: Float32Array): ImageAnswer {
  return { file, answers: layout.heads.map((placed) => taskAnswer(placed, checkedAnswer(placed, outputs, layout))) };
}
