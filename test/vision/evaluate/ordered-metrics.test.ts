import { expect, test } from 'vitest';
import { orderedMetrics } from '../../../src/vision/evaluate/metrics/ordered-metrics.ts';
import { scoreSamples } from '../../../src/vision/evaluate/metrics/task-predictions.ts';
import { predictionsOf } from '../../support/predictions.ts';

/** A sample of each pair of a true and a predicted class. */
function answers(classes: number, pairs: readonly (readonly [truth: number, predicted: number])[]) {
  const places = Array.from({ length: classes }, (_, at) => at);
  return scoreSamples(
    predictionsOf(
      pairs.map(([truth, predicted]) => [
        places.map((at) => (at === truth ? 'y' : 'n')).join(''),
        ...places.map((at) => (at === predicted ? 0.7 : 0.3 / (classes - 1))),
      ]),
    ),
  );
}

test('the error in classes and the quadratic weighted kappa are those of scikit-learn', () => {
  const truth = [0, 0, 1, 1, 2, 2, 3, 3, 3, 1];
  const predicted = [0, 1, 1, 2, 2, 0, 3, 2, 3, 1];
  const metrics = orderedMetrics(
    answers(
      4,
      truth.map((label, sample) => [label, predicted[sample] ?? 0]),
    ),
  );
  expect(metrics.mean_absolute_error).toBeCloseTo(0.5, 12);
  expect(metrics.quadratic_weighted_kappa).toBeCloseTo(0.6956521739130435, 12);
});

test('a wrong class that is near is a smaller error than one that is far', () => {
  const near = orderedMetrics(
    answers(4, [
      [0, 1],
      [3, 3],
      [1, 1],
    ]),
  );
  const far = orderedMetrics(
    answers(4, [
      [0, 3],
      [3, 3],
      [1, 1],
    ]),
  );
  expect(near.mean_absolute_error).toBe(1 / 3);
  expect(far.mean_absolute_error).toBe(1);
  expect(near.quadratic_weighted_kappa).toBeGreaterThan(far.quadratic_weighted_kappa);
});

test('the kappa of a model that always answers one class is 0, and is not defined if there is no other class', () => {
  expect(
    orderedMetrics(
      answers(3, [
        [0, 1],
        [1, 1],
        [2, 1],
      ]),
    ).quadratic_weighted_kappa,
  ).toBe(0);
  expect(
    orderedMetrics(
      answers(3, [
        [1, 1],
        [1, 1],
      ]),
    ).quadratic_weighted_kappa,
  ).toBeNaN();
});
