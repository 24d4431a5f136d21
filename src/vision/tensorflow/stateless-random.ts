import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Uniform numbers in [0, 1) that depend on `key` and `shape` alone, on any device and with any number of threads
 * (Philox, as `tf.random.stateless_uniform`).
 *
 * @param key int32 [2].
 */
export function statelessUniform(tf: TensorFlow, shape: readonly number[], key: Tensor1D): Tensor {
  return draw(tf, 'StatelessRandomUniform', shape, key);
}

/** Numbers of mean 0 and deviation 1 from which those beyond 2 are drawn again, as `tf.random.stateless_truncated_normal`. */
export function statelessTruncatedNormal(tf: TensorFlow, shape: readonly number[], key: Tensor1D): Tensor {
  return draw(tf, 'StatelessTruncatedNormal', shape, key);
}

function draw(tf: TensorFlow, name: string, shape: readonly number[], key: Tensor1D): Tensor {
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
