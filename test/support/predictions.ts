import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { MultiLabelPredictions } from '../../src/vision/evaluate/metrics/multi-label-metrics.ts';
import type { TaskPredictions } from '../../src/vision/evaluate/metrics/task-predictions.ts';

/** Returns random predictions of a fairly good model: the true class gets a bonus, some labels say "maybe". */
export function randomPredictions(count: number, classes: number, seed: number): TaskPredictions {
  const random = xoroshiro128plus(seed);
  const truth = Uint8Array.from({ length: count }, () => uniformInt(random, 0, classes - 1));
  const probabilities = new Float64Array(count * classes);
  const maybe = new Uint8Array(count * classes);
  for (const [sample, label] of truth.entries()) {
    const scores = Array.from({ length: classes }, (_, at) =>
      Math.exp(3 * uniformFloat64(random) + (at === label ? 1 : 0)),
    );
    const sum = scores.reduce((total, each) => total + each, 0);
    for (const [at, score] of scores.entries()) {
      probabilities[sample * classes + at] = score / sum;
      if (at !== label && uniformFloat64(random) < 0.1) maybe[sample * classes + at] = 1;
    }
  }
  return { classes, samples: Int32Array.from(truth.keys()), truth, probabilities, maybe };
}

/** Returns predictions from rows of probabilities and labels such as `yn` or `nym`. */
export function predictionsOf(
  rows: readonly (readonly [label: string, ...probabilities: number[]])[],
): TaskPredictions {
  const labels = rows.map(([label]) => label);
  return {
    classes: labels[0]?.length ?? 0,
    samples: Int32Array.from(rows.keys()),
    truth: Uint8Array.from(labels, (label) => label.indexOf('y')),
    probabilities: Float64Array.from(rows.flatMap(([, ...probabilities]) => probabilities)),
    maybe: Uint8Array.from(labels.flatMap((label) => Array.from(label, (each) => (each === 'm' ? 1 : 0)))),
  };
}

/** Returns predictions of any number of classes for a sample, of which those are answered that have a probability of 0.5. */
export function labelledSets(
  rows: readonly (readonly [label: string, ...probabilities: number[]])[],
): MultiLabelPredictions {
  const marks = rows.flatMap(([label]) => [...label]);
  const probabilities = Float64Array.from(rows.flatMap(([, ...each]) => each));
  return {
    classes: rows[0]?.[0].length ?? 0,
    samples: Int32Array.from(rows.keys()),
    truth: Uint8Array.from(marks, (mark) => (mark === 'y' ? 1 : 0)),
    unknown: Uint8Array.from(marks, (mark) => (mark === 'm' ? 1 : 0)),
    probabilities,
    predicted: Uint8Array.from(probabilities, (each) => (each >= 0.5 ? 1 : 0)),
  };
}

/** Divides row-major values into rows. */
export function rowsOf(values: Float64Array | Uint8Array, columns: number): readonly (readonly number[])[] {
  return Array.from({ length: values.length / columns }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ]);
}
