import { expect, test } from 'vitest';
import { groupOf, groupsPerEpoch } from '../../../../src/vision/train/loop/groups.ts';

const groups = (samples: number, batchSize: number, accumulate: number) =>
  Array.from({ length: Math.ceil(samples / batchSize) }, (_, index) => {
    const { number, position } = groupOf(index, { samples, batchSize, accumulate });
    return `${number}: ${position.share}${position.isLast ? ' update' : ''}`;
  });

test('without accumulation, each batch is a group, the smaller last one too', () => {
  expect(groups(10, 4, 1)).toEqual(['0: 1 update', '1: 1 update', '2: 1 update']);
});

test('a group averages its batches by their samples, and the last one of an epoch has the batches that are left', () => {
  expect(groups(18, 4, 2)).toEqual(['0: 0.5', '0: 0.5 update', '1: 0.5', '1: 0.5 update', '2: 1 update']);
  expect(groups(14, 4, 2)).toEqual(['0: 0.5', '0: 0.5 update', `1: ${4 / 6}`, `1: ${2 / 6} update`]);
  expect(groups(8, 4, 100)).toEqual(['0: 0.5', '0: 0.5 update']);
});

test.each([
  [10, 4, 1, 3],
  [18, 4, 2, 3],
  [14, 4, 2, 2],
  [8, 4, 100, 1],
])('%i samples in batches of %i, %i a group, are %i groups', (samples, batchSize, accumulate, expected) => {
  expect(groupsPerEpoch({ samples, batchSize, accumulate })).toBe(expected);
});
