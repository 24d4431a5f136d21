import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Returns uniform random numbers in [0, 1) that depend only on `key` and `shape`, not on the device or the number of
 * threads (Philox, as `tf.random.stateless_uniform`).
 *
 * @param key int32 [2].
 * @returns float32 of the given shape.
 */
export function statelessUniform(tf: TensorFlow, shape: readonly number[], key: Tensor1D): Tensor {
  return sample(tf, 'StatelessRandomUniform', shape, key);
}

/**
 * Returns random numbers of the standard normal distribution truncated at ±2, which depend only on `key` and `shape`
 * (as `tf.random.stateless_truncated_normal`).
 *
 * @param key int32 [2].
 * @returns float32 of the given shape.
 */
export function statelessTruncatedNormal(tf: TensorFlow, shape: readonly number[], key: Tensor1D): Tensor {
  return sample(tf, 'StatelessTruncatedNormal', shape, key);
}

function sample(tf: TensorFlow, name: string, shape: readonly number[], key: Tensor1D): Tensor {
  return tf.tidy(() => {
    const { output } = executeOp(tf, {
      name,
      attributes: { dtype: { type: 'float' }, T: { type: 'int32' }, Tseed: { type: 'int32' } },
      inputs: [tf.tensor1d([...shape], 'int32'), key],
      outputs: ['output'],
    });
    return output;
  });
}
