import { describe, expect, test } from 'vitest';
import {
  NUMBER_METRICS,
  type NumberPredictions,
  numberAt,
  numberMetrics,
} from '../../../src/vision/evaluate/metrics/number-metrics.ts';

type Row = readonly [truth: readonly number[], predicted: readonly number[]];

const predictionsOf = (rows: readonly Row[], numbers = rows[0]?.[0].length ?? 1): NumberPredictions => ({
  numbers,
  samples: Int32Array.from(rows.keys()),
  truth: Float64Array.from(rows.flatMap(([truth]) => truth)),
  predicted: Float64Array.from(rows.flatMap(([, predicted]) => predicted)),
});

const ROWS: readonly Row[] = [
  [
    [10, 1],
    [11, 1.5],
  ],
  [
    [12, 3],
    [12, 2],
  ],
  [
    [15, 2],
    [13, 2.5],
  ],
  [
    [20, 2],
    [24, 2],
  ],
  [
    [31, 0],
    [30, 0.5],
  ],
];

describe('the metrics of a task whose labels are numbers', () => {
  test('are those of scikit-learn, the mean over the numbers', () => {
    const metrics = numberMetrics(predictionsOf(ROWS));
    expect(metrics.mean_absolute_error).toBeCloseTo(1.05, 12);
    expect(metrics.root_mean_squared_error).toBeCloseTo(1.3446128373251325, 12);
    expect(metrics.r2).toBeCloseTo(0.7926127037969144, 12);
  });

  test('are those of scikit-learn for each of the numbers', () => {
    const [first, second] = [0, 1].map((column) => numberMetrics(numberAt(predictionsOf(ROWS), column)));
    expect(first?.mean_absolute_error).toBeCloseTo(1.6, 12);
    expect(first?.r2).toBeCloseTo(0.92176387, 8);
    expect(second?.root_mean_squared_error).toBeCloseTo(0.59160798, 8);
    expect(second?.r2).toBeCloseTo(0.66346154, 8);
  });

  test('of a resample are those of the repeated samples', () => {
    const weights = Uint32Array.of(2, 0, 1, 3, 1);
    const repeated = ROWS.flatMap((row, sample) => Array.from({ length: weights[sample] ?? 0 }, () => row));
    const [weighted, plain] = [numberMetrics(predictionsOf(ROWS), weights), numberMetrics(predictionsOf(repeated))];
    for (const metric of NUMBER_METRICS) expect(weighted[metric], metric).toBeCloseTo(plain[metric], 12);
  });

  test('do not count a number that the label does not say', () => {
    const some = predictionsOf([
      ...ROWS,
      [
        [Number.NaN, 4],
        [100, 4],
      ],
    ]);
    expect(numberMetrics(numberAt(some, 0))).toEqual(numberMetrics(numberAt(predictionsOf(ROWS), 0)));
    expect(numberMetrics(numberAt(some, 1)).mean_absolute_error).toBeCloseTo(2.5 / 6, 12);
  });

  test('have no r2 where all samples have the same number: there is no variance to explain', () => {
    const { mean_absolute_error, r2 } = numberMetrics(
      predictionsOf([
        [[5], [6]],
        [[5], [5]],
      ]),
    );
    expect([mean_absolute_error, r2]).toEqual([0.5, Number.NaN]);
  });

  test('are not defined without samples', () => {
    for (const value of Object.values(numberMetrics(predictionsOf([], 2)))) expect(value).toBeNaN();
  });

  test('have no R² where all numbers are the same, although their computed mean is another', () => {
    const same = [[0.1], [0.1], [0.1]] as const;
    const { r2, mean_absolute_error } = numberMetrics(predictionsOf(same.map((truth) => [truth, [0.3]])));
    expect(r2).toBeNaN();
    expect(mean_absolute_error).toBeCloseTo(0.2, 12);
  });
});
