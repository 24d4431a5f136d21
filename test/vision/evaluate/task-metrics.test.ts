import { describe, expect, test } from 'vitest';
import { type BootstrapOptions, resample } from '../../../src/vision/evaluate/metrics/bootstrap.ts';
import { wilsonInterval } from '../../../src/vision/evaluate/metrics/class-metrics.ts';
import { TASK_METRICS, taskMetrics } from '../../../src/vision/evaluate/metrics/task-metrics.ts';
import {
  type ScoredSamples,
  scoreSamples,
  type TaskPredictions,
} from '../../../src/vision/evaluate/metrics/task-predictions.ts';
import { predictionsOf, randomPredictions } from '../../support/predictions.ts';

/** The average precision as the rules of the challenge word it: threshold by threshold, with their counters. */
function averagePrecisionByTheRules({ classes, truth, probabilities, maybe }: TaskPredictions): number {
  const rows = Array.from(truth, (label, sample) => {
    const row = [...probabilities.subarray(sample * classes, (sample + 1) * classes)];
    const largest = Math.max(...row);
    const answer = row.indexOf(largest);
    const mark = maybe[sample * classes + answer] === 1 ? 'm' : answer === label ? 'y' : 'n';
    return { largest, mark };
  });
  const thresholds = [...new Set(rows.map(({ largest }) => largest))];
  const precisions = thresholds.flatMap((threshold) => {
    const answered = rows.filter(({ largest }) => largest >= threshold);
    const predicted = answered.filter(({ mark }) => mark !== 'm').length;
    const correct = answered.filter(({ mark }) => mark === 'y').length;
    return predicted === 0 ? [] : [correct / predicted];
  });
  return precisions.reduce((sum, each) => sum + each, 0) / precisions.length;
}

/** The accuracy in each resample. */
const resampledAccuracy = (scored: ScoredSamples, bootstrap: BootstrapOptions) =>
  resample(
    { count: scored.truth.length, metrics: (weights) => taskMetrics(scored, weights) },
    ['accuracy'],
    bootstrap,
    0,
  ).accuracy;

describe('the average precision of the FashionAI challenge', () => {
  test.each([1, 2, 3])('is the mean precision over all thresholds (random predictions %i)', (seed) => {
    const predictions = randomPredictions(200, 5, seed);
    const { average_precision } = taskMetrics(scoreSamples(predictions));
    expect(average_precision).toBeCloseTo(averagePrecisionByTheRules(predictions), 12);
  });

  test('answers samples with the same confidence together', () => {
    const predictions = predictionsOf([
      ['yn', 0.9, 0.1],
      ['ny', 0.7, 0.3],
      ['yn', 0.7, 0.3],
      ['yn', 0.3, 0.7],
    ]);
    // At 0.9 one of one is right, at 0.7 two of four.
    expect(taskMetrics(scoreSamples(predictions)).average_precision).toBeCloseTo((1 + 2 / 4) / 2, 12);
  });

  test('counts an answer that the label calls "maybe" neither as right nor as wrong', () => {
    const predictions = predictionsOf([
      ['ymn', 0.1, 0.8, 0.1],
      ['ynn', 0.6, 0.2, 0.2],
      ['nny', 0.5, 0.3, 0.2],
    ]);
    const { average_precision, basic_precision, accuracy } = taskMetrics(scoreSamples(predictions));
    expect(average_precision).toBeCloseTo((1 + 1 / 2) / 2, 12);
    expect(basic_precision).toBe(1 / 2);
    expect(accuracy).toBe(1 / 3);
  });

  test('is not defined if no answer counts', () => {
    const { average_precision, basic_precision } = taskMetrics(scoreSamples(predictionsOf([['ym', 0.2, 0.8]])));
    expect([average_precision, basic_precision]).toEqual([Number.NaN, Number.NaN]);
  });
});

test('a weight stands for that many samples: the metrics of a resample are those of the repeated samples', () => {
  const predictions = randomPredictions(60, 4, 7);
  const weights = Uint32Array.from({ length: 60 }, (_, index) => (index * 7) % 4);
  const repeated = [...weights].flatMap((weight, sample) => Array.from({ length: weight }, () => sample));
  const rows = (values: Float64Array | Uint8Array) =>
    repeated.flatMap((sample) => [...values.subarray(sample * 4, (sample + 1) * 4)]);
  const drawn = scoreSamples({
    classes: 4,
    samples: Int32Array.from(repeated),
    truth: Uint8Array.from(repeated, (sample) => predictions.truth[sample] ?? 0),
    probabilities: Float64Array.from(rows(predictions.probabilities)),
    maybe: Uint8Array.from(rows(predictions.maybe)),
  });
  const [weighted, plain] = [taskMetrics(scoreSamples(predictions), weights), taskMetrics(drawn)];
  for (const metric of TASK_METRICS) expect(weighted[metric]).toBeCloseTo(plain[metric], 12);
});

test('a perfect model has no error, no loss and no calibration error', () => {
  const perfect = predictionsOf([
    ['yn', 1, 0],
    ['ny', 0, 1],
  ]);
  expect(taskMetrics(scoreSamples(perfect))).toEqual({
    accuracy: 1,
    top_2_accuracy: 1,
    average_precision: 1,
    basic_precision: 1,
    macro_f1: 1,
    log_loss: 0,
    calibration_error: 0,
  });
});

test('a probability of 0 for the true class gives a finite loss', () => {
  const { log_loss } = taskMetrics(scoreSamples(predictionsOf([['yn', 0, 1]])));
  expect(log_loss).toBeCloseTo(52 * Math.LN2, 9);
});

test('a task without samples has no metrics, and no resamples to take them from', () => {
  const none = scoreSamples({ ...predictionsOf([]), classes: 3 });
  expect(taskMetrics(none).accuracy).toBeNaN();
  expect([...resampledAccuracy(none, { resamples: 2, seed: 1 })]).toEqual([Number.NaN, Number.NaN]);
});

test('the spread of the resampled accuracy is that of a binomial share', () => {
  const scored = scoreSamples(randomPredictions(400, 3, 5));
  const share = taskMetrics(scored).accuracy;
  const values = [...resampledAccuracy(scored, { resamples: 2000, seed: 3 })];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const expected = Math.sqrt((share * (1 - share)) / 400);
  expect(Math.abs(mean - share)).toBeLessThan(0.1 * expected);
  expect(deviation / expected).toBeGreaterThan(0.93);
  expect(deviation / expected).toBeLessThan(1.07);
});

test('the Wilson interval of 9 of 10 is the one that textbooks give', () => {
  const [low, high] = wilsonInterval(9, 10);
  expect(low).toBeCloseTo(0.5958, 4);
  expect(high).toBeCloseTo(0.9821, 4);
});
