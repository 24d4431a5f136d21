import { kindOf, numbersIn } from '../data/tables/label-kind.ts';
import type { NumberStatistics } from '../data/tables/number-statistics.ts';
import type { Task } from '../data/tables/task.ts';
import { normalized, type PredictedLabel } from './collect-predictions.ts';

/**
 * Returns how wrong a prediction is, whatever the loss of its head: the cross-entropy of the class; the mean binary
 * cross-entropy of the classes that the label knows; or the mean squared error of the numbers that it knows, in standard
 * deviations. A probability of 0 counts as 2⁻⁵².
 *
 * @param statistics of the numbers in the training split.
 */
export function sampleLoss(
  { text, classIndex, answer }: PredictedLabel,
  task: Task,
  statistics: readonly NumberStatistics[],
): number {
  switch (kindOf(task)) {
    case 'classes':
      return mean(Array.from(answer, (probability, label) => surprise(probabilityOf(text[label], probability))));
    case 'numbers': {
      const truth = numbersIn(text);
      return mean(
        Array.from(answer, (number, column) => {
          const deviation = statistics[column]?.standard_deviation ?? 0;
          return ((number - (truth[column] ?? Number.NaN)) / (deviation || 1)) ** 2;
        }),
      );
    }
    default:
      return surprise(normalized(answer)[classIndex] ?? 0);
  }
}

/** Returns the probability of what a label says of a class; NaN if it says nothing. */
function probabilityOf(mark: string | undefined, probability: number): number {
  if (mark === 'm') return Number.NaN;
  return mark === 'y' ? probability : 1 - probability;
}

function surprise(probability: number): number {
  return -Math.log(Math.max(probability, Number.EPSILON));
}

/** Returns the mean of the values that are not NaN; 0 if there are none. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
