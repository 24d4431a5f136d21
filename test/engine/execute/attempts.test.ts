import { expect, test } from 'vitest';
import { secondsBefore } from '../../../src/engine/execute/attempts.ts';

test.each([
  ['no backoff', 0, [0, 0, 0]],
  ['10 s, doubled each time', 10, [10, 20, 40]],
  ['20 min, doubled up to an hour', 1200, [1200, 2400, 3600]],
  ['a day, which stays', 86_400, [86_400, 86_400, 86_400]],
])('the pauses before retries with %s', (_what, backoff, expected) => {
  expect([1, 2, 3].map((retry) => secondsBefore(retry, { count: 100, backoff }))).toEqual(expected);
});

test('a pause is never too long for a timer', () => {
  expect(secondsBefore(100, { count: 100, backoff: 1e9 }) * 1000).toBeLessThan(2 ** 31);
});
