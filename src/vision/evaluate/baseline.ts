import type { Targets } from '../data/tables/targets.ts';
import type { TaskPredictions } from './metrics/task-predictions.ts';

/** Returns the share of each class among the training samples of a task; equal shares if it has none. */
export function classFrequencies(targets: Targets, task: number): Float64Array {
  const counts = new Float64Array(targets.tasks[task]?.classes ?? 0);
  for (const sample of targets.samplesIn('train')) {
    for (const { task: labelled, classIndex } of targets.labels(sample))
      if (labelled === task) counts[classIndex] = (counts[classIndex] ?? 0) + 1;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 1 / counts.length : count / total));
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
