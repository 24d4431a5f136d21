import { csvLine } from '../../shared/text/csv.ts';

/**
 * Formats one line of a FashionAI submission: `file,label_name,p1;p2;…`, with eight decimals for each probability.
 *
 * @param probabilities one for each class of the question's task; they are normalized to a sum of 1.
 */
export function predictionLine(
  { file, labelName }: { readonly file: string; readonly labelName: string },
  probabilities: Iterable<number>,
): string {
  return csvLine([file, labelName, probabilityList(probabilities)]);
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
