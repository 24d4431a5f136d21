import type { Answers, ClassAnswer, Result } from '../../src/vision/predict/index.ts';
import { unwrap } from './result.ts';

/** Returns the answers of a result that is one. */
export function answersOf(result: Result<Answers> | undefined): Answers {
  return unwrap(result ?? { ok: false, failure: [{ message: 'there is no result' }] });
}

/** Returns the answers for tasks whose labels are one class, by task. */
export function classAnswers(answers: Answers): readonly (readonly [task: string, answer: ClassAnswer])[] {
  return Object.entries(answers).map(([task, answer]) => {
    if (!('class' in answer)) throw new Error(`The answer for ${task} is not a class.`);
    return [task, answer] as const;
  });
}

/** Returns all probabilities and numbers of answers, in order. */
function valuesOf(answers: Answers): readonly number[] {
  return Object.values(answers).flatMap((answer) =>
    'numbers' in answer ? answer.numbers : Object.values(answer.probabilities),
  );
}

/** Returns the largest difference between the probabilities and numbers of two answers. */
export function largestDifference(one: Answers, other: Answers): number {
  const [a, b] = [valuesOf(one), valuesOf(other)];
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}
