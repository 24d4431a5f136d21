import type { MultiLabelPredictions } from './metrics/multi-label-metrics.ts';
import type { TaskPredictions } from './metrics/task-predictions.ts';

/** A sample whose label is probably wrong. */
export interface SuspectedLabelError {
  /** The position of the sample among those of the task. */
  readonly position: number;
  /** The class that the label gives. */
  readonly label: number;
  /** The class that it probably should be. */
  readonly suggested: number;
  /** The probability of the label's class. */
  readonly label_probability: number;
  readonly suggested_probability: number;
}

export interface LabelErrors {
  /** For each class the mean probability of the class over the samples with its label; null if there are none. */
  readonly thresholds: readonly (number | null)[];
  /** The number of samples by label (row) and confident class (column): the confident joint. */
  readonly confident_joint: readonly (readonly number[])[];
  /** By descending difference of the two probabilities. */
  readonly suspected: readonly SuspectedLabelError[];
}

// Both as in cleanlab: rounding excludes no class from its own threshold, and a threshold is never as low as 0.
const TOLERANCE = 1e-6;
const LEAST_THRESHOLD = 2e-6;

/**
 * Finds labels that are probably wrong by confident learning (Northcutt, Jiang, Chuang 2021). A sample belongs confidently
 * to a class whose probability reaches the threshold of the class; if there are several, to the most probable of all
 * classes, as in cleanlab. Samples that belong confidently to another class than that of their label are suspected if that
 * class is also more probable.
 */
export function findLabelErrors(predictions: TaskPredictions): LabelErrors {
  const { classes, truth, probabilities } = predictions;
  const thresholds = classThresholds(predictions);
  const joint = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  const suspected: SuspectedLabelError[] = [];
  for (const [position, label] of truth.entries()) {
    const row = probabilities.subarray(position * classes, (position + 1) * classes);
    const confident = confidentClass(row, thresholds);
    if (confident === undefined) continue;
    const counts = joint[label];
    if (counts !== undefined) counts[confident] = (counts[confident] ?? 0) + 1;
    const [own = 0, other = 0] = [row[label], row[confident]];
    if (other <= own) continue;
    suspected.push({
      position,
      label,
      suggested: confident,
      label_probability: own,
      suggested_probability: other,
    });
  }
  const margin = (each: SuspectedLabelError) => each.suggested_probability - each.label_probability;
  suspected.sort((a, b) => margin(b) - margin(a) || a.position - b.position);
  return { thresholds, confident_joint: joint, suspected };
}

/** A class that a label probably says wrongly of a sample, of a task with any number of classes. */
export interface SuspectedDecision {
  /** The position of the sample among those of the task. */
  readonly position: number;
  /** The class that the label has and should not have, or the other way round. */
  readonly class: number;
  /** Whether the label has the class. */
  readonly labelled: boolean;
  /** The probability of the class. */
  readonly probability: number;
}

/** Finds decisions of labels that are probably wrong, each class by itself, the clearest first. */
export function findMultiLabelErrors(predictions: MultiLabelPredictions): readonly SuspectedDecision[] {
  const { classes, samples, truth, unknown, probabilities } = predictions;
  const suspected = Array.from({ length: classes }, (_, label) => {
    const known = Int32Array.from(samples.keys()).filter((position) => unknown[position * classes + label] === 0);
    const at = (position: number) => position * classes + label;
    const { suspected: found } = findLabelErrors({
      classes: 2,
      samples: known,
      truth: Uint8Array.from(known, (position) => truth[at(position)] ?? 0),
      probabilities: Float64Array.from(
        [...known].flatMap((position) => [1 - (probabilities[at(position)] ?? 0), probabilities[at(position)] ?? 0]),
      ),
      maybe: new Uint8Array(2 * known.length),
    });
    return found.map(({ position: place, label: has }): SuspectedDecision => {
      const position = known[place] ?? 0;
      return { position, class: label, labelled: has === 1, probability: probabilities[at(position)] ?? 0 };
    });
  }).flat();
  const certainty = ({ probability }: SuspectedDecision) => Math.abs(probability - 0.5);
  return suspected.sort((a, b) => certainty(b) - certainty(a) || a.position - b.position || a.class - b.class);
}

function classThresholds({ classes, truth, probabilities }: TaskPredictions): (number | null)[] {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [position, label] of truth.entries()) {
    sums[label] = (sums[label] ?? 0) + (probabilities[position * classes + label] ?? 0);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return Array.from(sums, (sum, label) => (counts[label] === 0 ? null : sum / (counts[label] ?? 1)));
}

function confidentClass(row: Float64Array, thresholds: readonly (number | null)[]): number | undefined {
  const confident = thresholds.flatMap((threshold, label) =>
    threshold !== null && (row[label] ?? 0) >= Math.max(threshold, LEAST_THRESHOLD) - TOLERANCE ? [label] : [],
  );
  return confident.length > 1 ? row.indexOf(Math.max(...row)) : confident[0];
}
