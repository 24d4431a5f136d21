import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { TASK_METRICS, type TaskMetric, type TaskMetrics, taskMetrics } from './task-metrics.ts';
import type { ScoredSamples } from './task-predictions.ts';

export interface BootstrapOptions {
  /** The number of resamples; 0 for no intervals. */
  readonly resamples: number;
  readonly seed: number;
}

/** The values of each metric in each resample, `[resamples]`. */
export type Resampled = Readonly<Record<TaskMetric, Float64Array>>;

/**
 * Computes the metrics of a task on resamples of its samples, each drawn with replacement and as large as the task.
 *
 * @param stream the number of the random stream: tasks are resampled independently of each other.
 */
export function resample(scored: ScoredSamples, { resamples, seed }: BootstrapOptions, stream: number): Resampled {
  const random = xoroshiro128plus(seed);
  for (let jumps = 0; jumps < stream; jumps += 1) random.jump();
  const count = scored.truth.length;
  const weights = new Uint32Array(count);
  const values = Object.fromEntries(TASK_METRICS.map((metric) => [metric, new Float64Array(resamples)])) as Record<
    TaskMetric,
    Float64Array
  >;
  for (let round = 0; round < resamples; round += 1) {
    weights.fill(0);
    for (let drawn = 0; drawn < count; drawn += 1) {
      const sample = uniformInt(random, 0, count - 1);
      weights[sample] = (weights[sample] ?? 0) + 1;
    }
    const metrics: TaskMetrics = taskMetrics(scored, weights);
    for (const metric of TASK_METRICS) values[metric][round] = metrics[metric];
  }
  return values;
}

/**
 * Returns the interval from the 2.5th to the 97.5th percentile, interpolated linearly; undefined if there are no values.
 * Values that are NaN are left out.
 */
export function percentileInterval(values: Float64Array): readonly [number, number] | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return undefined;
  return [percentile(sorted, 0.025), percentile(sorted, 0.975)];
}

function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (at - Math.floor(at)) * (above - below);
}
