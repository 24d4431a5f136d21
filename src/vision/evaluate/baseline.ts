import type { TaskPredictions } from './metrics/task-predictions.ts';

/** Returns the share of each class among labels with one class each; equal shares if there are none. */
export function classFrequencies(labels: readonly string[], classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const text of labels) {
    const label = text.indexOf('y');
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts.map((count) => (labels.length === 0 ? 1 / classes : count / labels.length));
}

/** Returns for each class the share of the labels that have it, among those that say so or not; 0.5 if there are none. */
export function classShares(labels: readonly string[], classes: number): Float64Array {
  return Float64Array.from({ length: classes }, (_, label) => {
    const having = labels.filter((text) => text[label] === 'y').length;
    const lacking = labels.filter((text) => text[label] === 'n').length;
    return having + lacking === 0 ? 0.5 : having / (having + lacking);
  });
}

/**
 * Returns the predictions of a model that knows nothing but the class frequencies: it answers each sample with the most
 * frequent class.
 */
export function constantPredictions(predictions: TaskPredictions, frequencies: Float64Array): TaskPredictions {
  const probabilities = new Float64Array(predictions.probabilities.length);
  for (let begin = 0; begin < probabilities.length; begin += frequencies.length) probabilities.set(frequencies, begin);
  return { ...predictions, probabilities };
}
