import { csvLine } from '../../shared/text/csv.ts';
import type { LabelKind } from '../data/tables/label-kind.ts';
import { shortestDecimal } from './answer-label.ts';

/**
 * Formats one line of a FashionAI submission: `file,label_name,p1;p2;…`, with eight decimals for each probability.
 *
 * @param answer float32 `[classes]`: the probabilities of the classes of the question's task, or its numbers.
 * @param kind of the labels of the task: if an image has one class, its probabilities are normalized to a sum of 1.
 */
export function predictionLine(
  { file, labelName }: { readonly file: string; readonly labelName: string },
  answer: Float32Array,
  kind: LabelKind,
): string {
  return csvLine([file, labelName, answerList(answer, kind)]);
}

function answerList(answer: Float32Array, kind: LabelKind): string {
  if (kind === 'numbers') return Array.from(answer, shortestDecimal).join(LIST_SEPARATOR);
  return kind === 'classes' ? decimals(answer) : probabilityList(answer);
}

/** What stands between the values of a list in a cell. */
export const LIST_SEPARATOR = ';';

/** Joins probabilities, with eight decimals, normalized to a sum of 1. */
export function probabilityList(probabilities: Iterable<number>): string {
  const values = [...probabilities];
  // The sum of a float32 softmax differs from 1 in the seventh digit.
  const sum = values.reduce((total, probability) => total + probability, 0);
  return decimals(values.map((probability) => probability / sum));
}

/** Joins numbers, with eight decimals. */
export function decimals(values: Iterable<number>): string {
  return Array.from(values, (value) => value.toFixed(8)).join(LIST_SEPARATOR);
}
