import { numbersIn } from '../data/tables/label-kind.ts';
import type { HeadMetric } from './head.ts';
import { mostProbable } from './most-probable.ts';

/** The accuracy: whether the most probable class is the true one. */
export const isRight: HeadMetric = (answer, label) => (mostProbable(answer) === label.indexOf('y') ? 1 : 0);

/** How many classes the most probable one is away from the true one. */
export const classDistance: HeadMetric = (answer, label) => Math.abs(mostProbable(answer) - label.indexOf('y'));

/** The accuracy where several classes may be true: the share of those that are known of which the answer is right. */
export function shareOfRight(threshold: number): HeadMetric {
  return (answer, label) => {
    const known = [...label].flatMap((mark, index) =>
      mark === 'm' ? [] : [(answer[index] ?? 0) >= threshold === (mark === 'y')],
    );
    return known.filter((isAnswerRight) => isAnswerRight).length / known.length;
  };
}

/** The absolute error, the mean over the numbers that are known. */
export const absoluteError: HeadMetric = (answer, label) => {
  const errors = numbersIn(label).flatMap((number, index) =>
    Number.isNaN(number) ? [] : [Math.abs((answer[index] ?? 0) - number)],
  );
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
};
