import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
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
