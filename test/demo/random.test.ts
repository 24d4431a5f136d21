import { expect, test } from 'vitest';
import { type Random, randomFor } from '../../src/demo/random.ts';

const several = (random: Random) => Array.from({ length: 8 }, () => random.bits());

test('the same name gives the same draws, another name others', () => {
  expect(several(randomFor('2018/coat_length/0'))).toEqual(several(randomFor('2018/coat_length/0')));
  expect(several(randomFor('2018/coat_length/0'))).not.toEqual(several(randomFor('2018/coat_length/1')));
});

test('what is drawn is known for good, so that a data set stays the same', () => {
  const random = randomFor('garment');
  expect([random.whole(1, 100), random.whole(1, 100), random.whole(1, 100)]).toEqual([23, 6, 77]);
});

test('draws keep to their range and reach both of its ends', () => {
  const random = randomFor('range');
  const whole = Array.from({ length: 500 }, () => random.whole(3, 5));
  expect(new Set(whole)).toEqual(new Set([3, 4, 5]));
  for (let take = 0; take < 500; take += 1) {
    const value = random.between(-2, 2);
    expect(value).toBeGreaterThanOrEqual(-2);
    expect(value).toBeLessThan(2);
  }
  expect(new Set(Array.from({ length: 100 }, () => random.sign()))).toEqual(new Set([-1, 1]));
});

test('something with a chance of a quarter happens about every fourth time', () => {
  const random = randomFor('chance');
  const happened = Array.from({ length: 2000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(happened / 2000).toBeCloseTo(0.25, 1);
});
