import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { BatchTargets, HeadLayout, TargetMasks } from './target-masks.ts';
import { targetValues } from './target-masks.ts';

/** Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras, so that no logarithm is infinite. */
const EPSILON = 1e-7;

/**
 * Computes the categorical cross-entropy of each head, averaged over the whole batch and summed over the heads.
 *
 * Follows Keras' `categorical_crossentropy` on probabilities: divide by their sum, clip, then −Σ t·log p. Each sample
 * has one task; the other heads get a gradient of exactly zero. (Keras' fused kernel on logits would give them p
 * instead.)
 *
 * @param probabilities float32 [n, all classes]: the outputs of all heads, concatenated.
 * @returns the scalar loss.
 */
export function maskedCrossEntropy(tf: TensorFlow, probabilities: Tensor2D, targets: TargetMasks): Scalar {
  return tf.tidy(() => {
    const headTotal = tf.sum(tf.mul(probabilities, targets.headMask), 1, true);
    const share = tf.clipByValue(tf.div(probabilities, headTotal), EPSILON, 1 - EPSILON);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.log(share), targets.target), 1)));
  });
}

/**
 * Computes the same loss from probabilities in memory.
 *
 * @param probabilities float32 [n, all classes], row-major.
 * @param labelSmoothing in [0, 1).
 */
export function crossEntropyOf(
  probabilities: Float32Array,
  layout: HeadLayout,
  batch: BatchTargets,
  labelSmoothing = 0,
): number {
  const { target, headMask } = targetValues(layout, batch, { labelSmoothing });
  const { totalClasses } = layout;
  let loss = 0;
  for (let begin = 0; begin < target.length; begin += totalClasses) {
    let headTotal = 0;
    for (let at = begin; at < begin + totalClasses; at += 1)
      headTotal += (probabilities[at] ?? 0) * (headMask[at] ?? 0);
    for (let at = begin; at < begin + totalClasses; at += 1) {
      const share = Math.min(Math.max((probabilities[at] ?? 0) / headTotal, EPSILON), 1 - EPSILON);
      if (target[at] !== 0) loss -= (target[at] ?? 0) * Math.log(share);
    }
  }
  return loss / batch.taskOf.length;
}
