import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface BootstrapOptions {
  /** The number of resamples; 0 for no intervals. */
  readonly resamples: number;
  readonly seed: number;
}

/** The predictions of a task, and how they are measured. */
export interface Measurable<Metric extends string> {
  /** The number of samples. */
  readonly count: number;
  /** Returns each metric. `weights`: how often each sample counts, `[count]`; once each if omitted. */
  metrics(weights?: Uint32Array): Readonly<Record<Metric, number>>;
}

/** The values of each metric in each resample, `[resamples]`. */
export type Resampled<Metric extends string> = Readonly<Record<Metric, Float64Array>>;

/**
 * Computes the metrics of a task on resamples of its samples, each drawn with replacement and as large as the task.
 *
 * @param names the metrics that are kept.
 * @param stream the number of the random stream: tasks are resampled independently of each other.
 */
export function resample<Metric extends string>(
  { count, metrics }: Measurable<Metric>,
  names: readonly Metric[],
  { resamples, seed }: BootstrapOptions,
  stream: number,
): Resampled<Metric> {
  const random = xoroshiro128plus(seed);
  for (let jumps = 0; jumps < stream; jumps += 1) random.jump();
  const weights = new Uint32Array(count);
  const values = recordOf(names, () => new Float64Array(resamples));
  for (let round = 0; round < resamples; round += 1) {
    weights.fill(0);
    for (let drawn = 0; drawn < count; drawn += 1) {
      const sample = uniformInt(random, 0, count - 1);
      weights[sample] = (weights[sample] ?? 0) + 1;
    }
    const drawn = metrics(weights);
    for (const name of names) values[name][round] = drawn[name];
  }
  return values;
}

/** Returns a record with a value for each name. */
export function recordOf<Name extends string, Value>(
  names: readonly Name[],
  pick: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, pick(name)])) as Record<Name, Value>;
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
