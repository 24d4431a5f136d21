import { describe, expect, test } from 'vitest';
import { numberStatistics } from '../../../../src/vision/data/tables/number-statistics.ts';
import { regression } from '../../../../src/vision/index.ts';

describe('the statistics of numbers', () => {
  test('are those of each number, where it is known', () => {
    const [first, second, third] = numberStatistics(['1;;', '3;-2;', '5;2;'], 3);
    expect(first).toEqual({ count: 3, minimum: 1, maximum: 5, mean: 3, standard_deviation: Math.sqrt(8 / 3) });
    expect(second).toEqual({ count: 2, minimum: -2, maximum: 2, mean: 0, standard_deviation: 2 });
    expect(third).toEqual({ count: 0 });
  });

  // 0.1 + 0.1 + 0.1 is not 0.3 in binary.
  test.each([['0.1'], ['1234.5678'], ['-1e-30']])('have no deviation where every number is %s', (number) => {
    const labels = Array.from({ length: 7 }, () => number);
    const same = Number(number);
    expect(numberStatistics(labels, 1)).toEqual([
      { count: 7, minimum: same, maximum: same, mean: same, standard_deviation: 0 },
    ]);
    expect(regression().fit?.(labels, { name: 'price', kind: 'numbers', classes: 1 })).toEqual({
      mean: [same],
      deviation: [1],
    });
  });
});
