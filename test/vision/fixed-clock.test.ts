import { expect, test } from 'vitest';
import { fixClock } from '../../src/vision/fixed-clock.ts';

test('a clock that two have stopped at once goes on when both have released it, in whatever order', () => {
  const { now } = Date;
  const [first, second] = [fixClock(), fixClock()];
  expect(Date.now()).toBe(0);
  first();
  expect(Date.now()).toBe(0);
  second();
  expect(Date.now).toBe(now);
});
