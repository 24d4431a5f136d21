import { expect } from 'vitest';
import { loadTensorFlow, type TensorFlow } from '../../src/vision/tensorflow/load.ts';
import { unwrap } from './result.ts';

/** TensorFlow with two threads an op, as in the stages. */
export async function tensorFlow(): Promise<TensorFlow> {
  return unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
}

/** Runs `work` and expects that it leaks no tensor. */
export async function expectNoLeak<Value>(tf: TensorFlow, work: () => Value | Promise<Value>): Promise<Value> {
  const before = tf.memory().numTensors;
  const value = await work();
  expect(tf.memory().numTensors).toBe(before);
  return value;
}
