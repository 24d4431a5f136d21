import { expect, test } from 'vitest';
import { findLabelErrors, findMultiLabelErrors } from '../../../src/vision/evaluate/label-errors.ts';
import { labelledSets, predictionsOf } from '../../support/predictions.ts';

test('a sample that belongs confidently to another class is suspected, the clearest first', () => {
  const predictions = predictionsOf([
    ['yn', 0.9, 0.1],
    ['yn', 0.8, 0.2],
    ['yn', 0.2, 0.8],
    ['ny', 0.1, 0.9],
    ['ny', 0.2, 0.8],
    ['ny', 0.95, 0.05],
  ]);
  const { thresholds, confident_joint, suspected } = findLabelErrors(predictions);
  expect(thresholds[0]).toBeCloseTo((0.9 + 0.8 + 0.2) / 3, 12);
  expect(thresholds[1]).toBeCloseTo((0.9 + 0.8 + 0.05) / 3, 12);
  expect(confident_joint).toEqual([
    [2, 1],
    [1, 2],
  ]);
  expect(suspected).toEqual([
    { position: 5, label: 1, suggested: 0, label_probability: 0.05, suggested_probability: 0.95 },
    { position: 2, label: 0, suggested: 1, label_probability: 0.2, suggested_probability: 0.8 },
  ]);
});

test('a sample that reaches no threshold belongs to no class', () => {
  const { confident_joint, suspected } = findLabelErrors(
    predictionsOf([
      ['ynn', 0.9, 0.05, 0.05],
      ['nyn', 0.05, 0.9, 0.05],
      ['nny', 0.05, 0.05, 0.9],
      ['ynn', 0.34, 0.33, 0.33],
    ]),
  );
  expect(confident_joint.flat().reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(suspected).toEqual([]);
});

test('a class without samples has no threshold, and nothing belongs to it', () => {
  const { thresholds, suspected } = findLabelErrors(predictionsOf([['ynn', 0.1, 0.1, 0.8]]));
  expect(thresholds).toEqual([0.1, null, null]);
  expect(suspected).toEqual([]);
});

test('finds classes that a label lacks and classes that it should not have, each class by itself', () => {
  const rows = [
    ['yn', 0.9, 0.1],
    ['yn', 0.8, 0.2],
    ['ny', 0.1, 0.9],
    ['ny', 0.2, 0.8],
    ['yn', 0.95, 0.97],
    ['yy', 0.05, 0.9],
    // Nothing is known of the first class, whatever its probability.
    ['my', 0.99, 0.9],
  ] as const;
  expect(findMultiLabelErrors(labelledSets(rows))).toEqual([
    { position: 4, class: 1, labelled: false, probability: 0.97 },
    { position: 5, class: 0, labelled: true, probability: 0.05 },
  ]);
});
