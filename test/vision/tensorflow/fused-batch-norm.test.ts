import { expect, test } from 'vitest';
import { type BatchStatistics, fusedBatchNorm } from '../../../src/vision/tensorflow/fused-batch-norm.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();
const epsilon = 1e-3;

/** Eight values of one channel. */
const values = [1, 4, -2, 0, 3, 5, -1, 6];
const x = tf.tensor4d(values, [2, 2, 2, 1]);
const scale = tf.tensor1d([1.5]);
const offset = tf.tensor1d([0.25]);
const ignore = () => undefined;

const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
const normalised = values.map((value) => (value - mean) / Math.sqrt(squares / values.length + epsilon));

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 4);
}

test('fusedBatchNorm normalizes a batch by its mean and biased variance, then scales and shifts it', () => {
  const y = fusedBatchNorm(tf, x, { scale, offset }, epsilon, ignore);
  expectClose(
    y.dataSync(),
    normalised.map((value) => 1.5 * value + 0.25),
  );
});

test('fusedBatchNorm passes the mean and the unbiased variance to the observer', () => {
  const seen: number[] = [];
  fusedBatchNorm(tf, x, { scale, offset }, epsilon, ({ mean, unbiasedVariance }: BatchStatistics) => {
    seen.push(mean.dataSync()[0] ?? Number.NaN, unbiasedVariance.dataSync()[0] ?? Number.NaN);
  });
  expectClose(seen, [mean, squares / (values.length - 1)]);
});

test('fusedBatchNorm has the gradients of the formula composed of basic ops', () => {
  const written = (
    x: typeof tf.Tensor.prototype,
    scale: typeof tf.Tensor.prototype,
    offset: typeof tf.Tensor.prototype,
  ) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), scale), offset);
  };
  const weights = tf.tensor4d([1, -2, 3, 0.5, -1, 2, 1, 4], [2, 2, 2, 1]);
  const expected = tf.grads((...inputs) => tf.sum(tf.mul(written(...(inputs as [never, never, never])), weights)))([
    x,
    scale,
    offset,
  ]);
  const actual = tf.grads((x, scale, offset) =>
    tf.sum(tf.mul(fusedBatchNorm(tf, x as never, { scale, offset } as never, epsilon, ignore), weights)),
  )([x, scale, offset]);
  for (const [index, gradient] of actual.entries()) {
    expectClose(gradient.dataSync(), [...(expected[index]?.dataSync() ?? [])]);
  }
});
