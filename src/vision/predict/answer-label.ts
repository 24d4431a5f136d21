import { kindOf, type LabelKind, numbersLabel } from '../data/tables/label-kind.ts';
import type { Head } from '../heads/head.ts';
import { mostProbable } from '../heads/most-probable.ts';

/** From which probability on a class is answered, of a task with any number of classes for a sample. */
export function thresholdOf({ threshold = 0.5 }: Pick<Head, 'threshold'>): number {
  return threshold;
}

/** Returns the indices of the classes that are answered: the most probable one, or those that reach the threshold. */
export function answeredClasses(kind: LabelKind, answer: Float32Array, threshold: number): readonly number[] {
  if (kind !== 'classes') return [mostProbable(answer)];
  return [...answer.keys()].filter((label) => (answer[label] ?? 0) >= threshold);
}

/** Returns an answer written as a label: `y` or `n` for each class, or numbers. */
export function answerLabel(
  { task, head }: { readonly task: { readonly kind?: LabelKind }; readonly head: Pick<Head, 'threshold'> },
  answer: Float32Array,
): string {
  const kind = kindOf(task);
  if (kind === 'numbers') return numbersLabel(Array.from(answer, shortestDecimal));
  const answered = answeredClasses(kind, answer, thresholdOf(head));
  return Array.from(answer, (_, label) => (answered.includes(label) ? 'y' : 'n')).join('');
}

/** Returns the number with the fewest digits that is the same float32: 0.1 for the float32 nearest to it. */
export function shortestDecimal(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}
