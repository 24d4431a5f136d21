import { expect, test } from 'vitest';
import { statelessUniform } from '../../../src/vision/tensorflow/stateless-random.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();
const draw = (seed: number, step: number, count = 1000) => [
  ...statelessUniform(tf, [count], tf.tensor1d([seed, step], 'int32')).dataSync(),
];

test('statelessUniform returns the same numbers for the same key', () => {
  expect(draw(2018, 7)).toEqual(draw(2018, 7));
});

test('statelessUniform returns other numbers for another seed or step', () => {
  expect(draw(2018, 8)).not.toEqual(draw(2018, 7));
  expect(draw(2019, 7)).not.toEqual(draw(2018, 7));
});

test('statelessUniform returns numbers spread over [0, 1)', () => {
  const tenths = Array<number>(10).fill(0);
  for (const number of draw(1, 1, 10_000)) tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
  expect(tenths).toHaveLength(10);
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1150);
});

test('statelessUniform returns the numbers of tf.random.stateless_uniform in Python', () => {
  expect(draw(2018, 1, 3).map((number) => number.toFixed(6))).toEqual(['0.752141', '0.995204', '0.725532']);
});
