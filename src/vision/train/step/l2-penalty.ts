import type { LayersModel, Scalar } from '@tensorflow/tfjs-node-gpu';
import { isKernel } from '../../models/kernels.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';

/**
 * Returns the scalar l2 · Σ w² over the trainable kernels. Biases, normalization and layer scales are excluded, as is usual.
 */
export function l2Penalty(tf: TensorFlow, model: LayersModel, l2 = 0): Scalar {
  return tf.tidy(() => {
    const kernels = model.trainableWeights.filter(isKernel);
    if (l2 === 0 || kernels.length === 0) return tf.scalar(0);
    return tf.mul(tf.addN(kernels.map((kernel) => tf.sum(tf.square(kernel.read())))), l2) as Scalar;
  });
}
