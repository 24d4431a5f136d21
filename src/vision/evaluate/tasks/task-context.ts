import type { Targets } from '../../data/tables/targets.ts';
import { checkedMetric } from '../../heads/checked-answer.ts';
import type { PlacedHead } from '../../heads/head-layout.ts';
import { ownMetricNames } from '../../heads/index.ts';
import type { PredictedLabel } from '../collect-predictions.ts';
import { type Estimate, estimatesOf, type Measured, measure } from '../estimates.ts';
import type { BootstrapOptions, Measurable } from '../metrics/bootstrap.ts';

/** What the evaluation of a task is computed from. */
export interface TaskContext extends PlacedHead {
  /** The labels of the task that were predicted. */
  readonly predicted: readonly PredictedLabel[];
  /** The labels of the task in the training split, as text. */
  readonly training: readonly string[];
  /** Returns the path of the image of a sample. */
  readonly file: Targets['file'];
  readonly bootstrap: BootstrapOptions;
  /** The number of the random stream of the resamples. */
  readonly stream: number;
}

/** What was found about a label, with the sample's row in the targets and its image. */
export type Located<Found> = Omit<Found, 'position'> & { readonly sample: number; readonly file: string };

/** @param samples the row of each sample of the task. */
export function located<Found extends { readonly position: number }>(
  found: readonly Found[],
  samples: Int32Array,
  file: Targets['file'],
): readonly Located<Found>[] {
  return found.map(({ position, ...each }) => {
    const sample = samples[position] ?? 0;
    return { sample, file: file(sample), ...each };
  });
}

/**
 * Returns the metrics that a head has of its own, each the mean over the samples.
 *
 * @param baseline what a model answers that knows nothing but the training labels, `[classes]`.
 */
export function ownMetrics(
  { task, head, predicted, bootstrap, stream }: TaskContext,
  baseline: Float32Array,
): Readonly<Record<string, Estimate>> {
  const names = ownMetricNames(head);
  if (names.length === 0) return {};
  const measurable = (answerTo: (label: PredictedLabel) => Float32Array): Measurable<string> => {
    const values = names.map((name) => {
      const metricOf = (label: PredictedLabel) => checkedMetric({ head, task }, name, answerTo(label), label.text);
      return [name, Float64Array.from(predicted, metricOf)] as const;
    });
    return {
      count: predicted.length,
      metrics: (weights) => Object.fromEntries(values.map(([name, each]) => [name, weightedMean(each, weights)])),
    };
  };
  const measured: Measured<string> = measure(
    names,
    measurable(({ answer }) => answer),
    measurable(() => baseline),
    bootstrap,
    stream,
  );
  return estimatesOf(names, measured);
}

/** Returns the mean of the values that are not NaN. */
function weightedMean(values: Float64Array, weights?: Uint32Array): number {
  let [sum, total] = [0, 0];
  for (const [sample, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const weight = weights?.[sample] ?? 1;
    sum += weight * value;
    total += weight;
  }
  return sum / total;
}
