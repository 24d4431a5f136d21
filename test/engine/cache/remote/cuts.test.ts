import { expect, test } from 'vitest';
import { bytesIn, cutsOf, isSlice } from '../../../../src/engine/cache/remote/cuts.ts';

const MB = 1024 * 1024;

test('small files go together, up to 8 MB', () => {
  const cuts = cutsOf(Array(10_000).fill(10 * 1024));
  expect(cuts.length).toBe(Math.ceil((10_000 * 10 * 1024) / (8 * MB - 10 * 1024)));
  expect(cuts.every((cut) => bytesIn(cut) <= 8 * MB && !isSlice(cut))).toBe(true);
});

test('a large file is cut into parts of 64 MB', () => {
  const cuts = cutsOf([150 * MB]);
  expect(cuts.map(bytesIn)).toEqual([64 * MB, 64 * MB, 22 * MB]);
  expect(cuts.map(([segment]) => segment?.start)).toEqual([0, 64 * MB, 128 * MB]);
});

test('the last part of a large file is never taken for a small file', () => {
  expect(cutsOf([64 * MB + 1]).every(isSlice)).toBe(true);
});

test('a large file between small ones has blobs of its own, so that a change of the others does not send it again', () => {
  expect(cutsOf([1, 5 * MB, 1]).map(bytesIn)).toEqual([1, 5 * MB, 1]);
});

test('empty files take no blob', () => {
  expect(cutsOf([0, 0])).toEqual([]);
});
