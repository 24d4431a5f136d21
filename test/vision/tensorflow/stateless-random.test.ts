import { expect, test } from 'vitest';
import { statelessUniform } from '../../../src/vision/tensorflow/stateless-random.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();
const draw = (seed: number, step: number, count = 1000) => [
  ...statelessUniform(tf, [count], tf.tensor1d([seed, step], 'int32')).dataSync(),
];

test('the same key draws the same numbers, however often', () => {
  expect(draw(2018, 7)).toEqual(draw(2018, 7));
});

test('another seed or another step draws others', () => {
  expect(draw(2018, 8)).not.toEqual(draw(2018, 7));
  expect(draw(2019, 7)).not.toEqual(draw(2018, 7));
});

test('the numbers are spread over [0, 1)', () => {
  const tenths = Array<number>(10).fill(0);
  for (const number of draw(1, 1, 10_000)) tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
  expect(tenths).toHaveLength(10);
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1150);
});

test('these are the numbers that tf.random.stateless_uniform draws in Python', () => {
  expect(draw(2018, 1, 3).map((number) => number.toFixed(6))).toEqual(['0.752141', '0.995204', '0.725532']);
});
