import { counted } from '../../shared/wording.ts';
import { shown } from '../invalid-module-code.ts';
import { answerOf, type HeadLayout, type PlacedHead } from './head-layout.ts';
import { InvalidHead } from './invalid-head.ts';

/**
 * Returns the answer of a head to an image.
 *
 * @param outputs float32 [n, all columns], row-major.
 * @param image the row of the image.
 * @throws an `InvalidHead` if it is none.
 */
export function checkedAnswer(placed: PlacedHead, outputs: Float32Array, layout: HeadLayout, image = 0): Float32Array {
  const { head, task } = placed;
  const answer: unknown = answerOf(placed, outputs, layout, image);
  if (answer instanceof Float32Array && answer.length === task.classes) {
    // Layers that put out NaN are another problem, of which the training tells.
    if (!answer.some(Number.isNaN) || outputs.some(Number.isNaN)) return answer;
    throw new InvalidHead(head, task, 'returned NaN from "decode"', 'Return a number for each output of the layers.');
  }
  const got = answer instanceof Float32Array ? counted(answer.length, 'value') : shown(answer);
  const did = `returned ${got} from "decode", expected a Float32Array with ${counted(task.classes, 'value')}`;
  throw new InvalidHead(head, task, did, 'Return the probability of each class of the task, or its numbers.');
}

/**
 * Returns a metric of a head for a sample; NaN leaves the sample out.
 *
 * @param label the true label.
 * @throws an `InvalidHead` if it is no number.
 */
export function checkedMetric(
  { head, task }: Pick<PlacedHead, 'head' | 'task'>,
  name: string,
  answer: Float32Array,
  label: string,
): number {
  const value: unknown = head.metrics[name]?.(answer, label, task);
  if (typeof value === 'number') return value;
  const did = `returned ${shown(value)} from the metric "${name}", expected a number`;
  throw new InvalidHead(head, task, did, 'Return a number for each sample; NaN leaves a sample out.');
}
