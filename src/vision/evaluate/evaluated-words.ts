import { numbersIn } from '../data/tables/label-kind.ts';
import type { EvaluatedSample } from './samples-table.ts';

/** The true label and the prediction of a sample in words. */
export interface SampleWords {
  readonly truth: string;
  readonly predicted: string;
}

/** Says what is true of a sample and what is predicted: classes by name with their probabilities, or numbers. */
export function wordsOf({ kind, label, answer, truth, predicted, ...sample }: EvaluatedSample): SampleWords {
  if (kind === 'numbers') return { truth: numbers(label, sample), predicted: numbers(answer, sample) };
  if (kind === 'classes') return { truth: marked(label, sample), predicted: marked(answer, sample) };
  return { truth: withProbability(truth, sample), predicted: withProbability(predicted, sample) };
}

type Named = Pick<EvaluatedSample, 'classNames' | 'probabilities'>;

function withProbability(label: number, { classNames, probabilities }: Named): string {
  return `${classNames?.[label] ?? label} (${(probabilities[label] ?? 0).toFixed(2)})`;
}

function marked(label: string, sample: Named): string {
  const classes = [...label].flatMap((mark, index) => (mark === 'y' ? [withProbability(index, sample)] : []));
  return classes.length === 0 ? 'none' : classes.join(', ');
}

function numbers(label: string, { classNames }: Named): string {
  const values = numbersIn(label).map((value) =>
    Number.isNaN(value) ? 'unknown' : String(Number(value.toPrecision(6))),
  );
  return values.map((value, index) => (classNames === undefined ? value : `${classNames[index]} ${value}`)).join(', ');
}
