import { expect, test } from 'vitest';
import { permutation } from '../../../../src/vision/data/shards/permutation.ts';

test('permutation contains each number once', () => {
  expect(permutation(1000, 2018, 3).toSorted()).toEqual(Int32Array.from({ length: 1000 }, (_, index) => index));
});

test('permutation gives the same order for the same seed and epoch on every machine', () => {
  expect([...permutation(8, 2018, 0)]).toEqual([4, 6, 0, 3, 7, 1, 2, 5]);
  expect([...permutation(8, 2018, 2)]).toEqual([6, 3, 2, 7, 0, 4, 5, 1]);
});

test('permutation gives another order for another epoch or another seed', () => {
  const orders = [permutation(100, 1, 0), permutation(100, 1, 1), permutation(100, 2, 0), permutation(100, 2, 1)];
  expect(new Set(orders.map(String)).size).toBe(4);
});

test('permutation accepts a count of 0 or 1', () => {
  expect([...permutation(1, 7, 0)]).toEqual([0]);
  expect([...permutation(0, 7, 0)]).toEqual([]);
});
