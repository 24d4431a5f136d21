import { expect, test } from 'vitest';
import { type Random, randomFor } from '../../src/demo/random.ts';

const several = (random: Random) => Array.from({ length: 8 }, () => random.bits());

test('randomFor gives the same random numbers for the same name, and others for another name', () => {
  expect(several(randomFor('2018/coat_length/0'))).toEqual(several(randomFor('2018/coat_length/0')));
  expect(several(randomFor('2018/coat_length/0'))).not.toEqual(several(randomFor('2018/coat_length/1')));
});

test('randomFor gives known random numbers, so that data sets stay the same across versions', () => {
  const random = randomFor('garment');
  expect([random.integer(1, 100), random.integer(1, 100), random.integer(1, 100)]).toEqual([23, 6, 77]);
});

test('random numbers stay within their range and reach both ends of it', () => {
  const random = randomFor('range');
  const integers = Array.from({ length: 500 }, () => random.integer(3, 5));
  expect(new Set(integers)).toEqual(new Set([3, 4, 5]));
  for (let take = 0; take < 500; take += 1) {
    const value = random.between(-2, 2);
    expect(value).toBeGreaterThanOrEqual(-2);
    expect(value).toBeLessThan(2);
  }
  expect(new Set(Array.from({ length: 100 }, () => random.sign()))).toEqual(new Set([-1, 1]));
});

test('chance(0.25) is true in about a quarter of the cases', () => {
  const random = randomFor('chance');
  const happened = Array.from({ length: 2000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(happened / 2000).toBeCloseTo(0.25, 1);
});
