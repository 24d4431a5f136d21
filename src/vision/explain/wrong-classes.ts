import type { EvaluatedSample } from '../evaluate/samples-table.ts';
import type { Explanation } from './explanation.ts';

/**
 * Returns for a wrong prediction the class that is predicted and the one that is true. Where a sample may have several
 * classes, these are the most probable one that it does not have, and the least probable one that the prediction lacks.
 */
export function wrongClasses(sample: EvaluatedSample): Pick<Explanation, 'truth' | 'predicted'> {
  const { kind, label, answer, truth, predicted, probabilities } = sample;
  if (kind !== 'classes') return { truth, predicted };
  const byProbability = [...probabilities.keys()].sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  const wrong = byProbability.find((at) => label[at] === 'n' && answer[at] === 'y');
  const lacking = byProbability.findLast((at) => label[at] === 'y' && answer[at] === 'n');
  return { ...(lacking !== undefined && { truth: lacking }), ...(wrong !== undefined && { predicted: wrong }) };
}
