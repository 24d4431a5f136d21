import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { TargetMasks } from './target-masks.ts';

/** As Keras clips probabilities, so that no logarithm is infinite. */
const EPSILON = 1e-7;

/**
 * The categorical cross-entropy of every head, each a mean over the whole batch, summed over the heads.
 *
 * It is Keras' own formula on probabilities: predictions divided by their sum, clipped, then −Σ t·log p. A sample has one
 * task, so the sum over the heads is the logarithm of one number; heads that it does not belong to get a gradient of
 * exactly zero. (The fused kernel on logits that Keras uses today gives them p instead.)
 *
 * @param probabilities [n, all classes], the heads' outputs side by side.
 */
export function maskedCrossEntropy(tf: TensorFlow, probabilities: Tensor2D, targets: TargetMasks): Scalar {
  return tf.tidy(() => {
    const ofTrueClass = tf.sum(tf.mul(probabilities, targets.trueClass), 1);
    const ofOwnHead = tf.sum(tf.mul(probabilities, targets.ownHead), 1);
    const share = tf.clipByValue(tf.div(ofTrueClass, ofOwnHead), EPSILON, 1 - EPSILON);
    return tf.neg(tf.mean(tf.log(share)));
  });
}
