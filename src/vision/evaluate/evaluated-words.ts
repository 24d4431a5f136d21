import { labelText } from '../data/tables/label-text.ts';
import type { EvaluatedSample } from './samples-table.ts';

/** The true label and the prediction of a sample in words. */
export interface SampleWords {
  readonly truth: string;
  readonly predicted: string;
}

/** Says what is true of a sample and what is predicted: classes by name with their probabilities, or numbers. */
export function wordsOf({
  kind,
  label,
  answer,
  truth,
  predicted,
  classNames,
  probabilities,
}: EvaluatedSample): SampleWords {
  const probability = (label: number) => ` (${(probabilities[label] ?? 0).toFixed(2)})`;
  if (kind === 'classes' || kind === 'numbers') {
    const say = (text: string) => labelText(text, kind, classNames, probability);
    return { truth: say(label), predicted: say(answer) };
  }
  const say = (label: number) => `${classNames?.[label] ?? label}${probability(label)}`;
  return { truth: say(truth), predicted: say(predicted) };
}
