import { expect, test } from 'vitest';
import { useReluGradientKernels } from '../../../src/vision/tensorflow/relu-gradients.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

test('the gradient of ReLU is passed where the input is positive, and is 0 elsewhere', () => {
  useReluGradientKernels(tf);
  const gradient = tf.grad((x) => tf.relu(x));
  const given = tf.tensor1d([10, 20, 30]);
  expect([...gradient(tf.tensor1d([-1, 0, 2]), given).dataSync()]).toEqual([0, 0, 30]);
});
