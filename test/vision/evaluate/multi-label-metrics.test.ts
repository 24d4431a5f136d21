import { describe, expect, test } from 'vitest';
import {
  MULTI_LABEL_METRICS,
  type MultiLabelPredictions,
  multiLabelClassMetrics,
  multiLabelMetrics,
  rankSamples,
} from '../../../src/vision/evaluate/metrics/multi-label-metrics.ts';
import { labelledSets } from '../../support/predictions.ts';

const metricsOf = (predictions: MultiLabelPredictions, weights?: Uint32Array) =>
  multiLabelMetrics(rankSamples(predictions), weights);

/** The third class occurs in no label. */
const SAMPLES = labelledSets([
  ['ynn', 0.9, 0.2, 0.1],
  ['yyn', 0.6, 0.5, 0.7],
  ['nyn', 0.6, 0.3, 0.2],
  ['nnn', 0.1, 0.4, 0.3],
  ['ynn', 0.4, 0.1, 0.2],
  ['nyn', 0.2, 0.8, 0.05],
]);

describe('the metrics of a task with any number of classes for a sample', () => {
  test('are those of scikit-learn', () => {
    const metrics = metricsOf(SAMPLES);
    expect(metrics.mean_average_precision).toBeCloseTo(0.861111111111111, 12);
    expect(metrics.macro_f1).toBeCloseTo(0.48888888888888893, 12);
    expect(metrics.micro_f1).toBeCloseTo(0.6666666666666666, 12);
    expect(metrics.hamming_accuracy).toBeCloseTo(0.7777777777777778, 12);
    expect(metrics.exact_match).toBe(0.5);
  });

  test('are those of scikit-learn for each class', () => {
    const [first, second, third] = multiLabelClassMetrics(rankSamples(SAMPLES));
    expect(first?.average_precision).toBeCloseTo(0.8055555555555556, 12);
    expect(second?.average_precision).toBeCloseTo(0.9166666666666665, 12);
    expect(first).toMatchObject({ count: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(second).toMatchObject({ count: 3, precision: 1, recall: 2 / 3, f1: 0.8 });
    expect(third).toMatchObject({ count: 0, precision: 0, recall: null, f1: 0, average_precision: null });
  });

  test('do not depend on the order of samples with the same probability', () => {
    const rows = [
      ['yn', 0.6, 0.5],
      ['nn', 0.6, 0.5],
      ['yy', 0.6, 0.5],
    ] as const;
    const forwards = metricsOf(labelledSets(rows));
    expect(metricsOf(labelledSets([...rows].reverse()))).toEqual(forwards);
    // One threshold answers all three: two of them have the first class, one has the second.
    expect(forwards.mean_average_precision).toBeCloseTo((2 / 3 + 1 / 3) / 2, 12);
  });

  test('do not count a class of which a label says nothing', () => {
    const known = metricsOf(
      labelledSets([
        ['yn', 0.9, 0.1],
        ['ny', 0.2, 0.4],
      ]),
    );
    const withUnknown = labelledSets([
      ['yn', 0.9, 0.1],
      ['ny', 0.2, 0.4],
      ['mm', 0.9, 0.9],
    ]);
    expect(metricsOf(withUnknown)).toEqual(known);
    const { exact_match, hamming_accuracy } = metricsOf(
      labelledSets([
        ['ym', 0.9, 0.9],
        ['nn', 0.9, 0.1],
      ]),
    );
    expect([exact_match, hamming_accuracy]).toEqual([1 / 2, 2 / 3]);
  });

  test('of a resample are those of the repeated samples', () => {
    const rows = [
      ['yny', 0.9, 0.2, 0.4],
      ['nyn', 0.6, 0.5, 0.6],
      ['nmn', 0.6, 0.3, 0.2],
      ['yyn', 0.4, 0.9, 0.1],
    ] as const;
    const weights = Uint32Array.of(2, 0, 3, 1);
    const repeated = rows.flatMap((row, sample) => Array.from({ length: weights[sample] ?? 0 }, () => row));
    const [weighted, plain] = [metricsOf(labelledSets(rows), weights), metricsOf(labelledSets(repeated))];
    for (const metric of MULTI_LABEL_METRICS) expect(weighted[metric], metric).toBeCloseTo(plain[metric], 12);
  });

  test('are not defined without samples', () => {
    const none = { ...labelledSets([]), classes: 2 };
    for (const value of Object.values(metricsOf(none))) expect(value).toBeNaN();
  });
});
