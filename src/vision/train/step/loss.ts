import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { BatchTargets, HeadLayout, TargetMasks } from './target-masks.ts';
import { targetValues } from './target-masks.ts';

/** As Keras clips probabilities, so that no logarithm is infinite. */
const EPSILON = 1e-7;

/**
 * The categorical cross-entropy of every head, each a mean over the whole batch, summed over the heads.
 *
 * It is Keras' own formula on probabilities: predictions divided by their sum, clipped, then −Σ t·log p. A sample has one
 * task; heads that it does not belong to get a gradient of exactly zero. (The fused kernel on logits that Keras uses today
 * gives them p instead.)
 *
 * @param probabilities [n, all classes], the heads' outputs side by side.
 */
export function maskedCrossEntropy(tf: TensorFlow, probabilities: Tensor2D, targets: TargetMasks): Scalar {
  return tf.tidy(() => {
    const ofOwnHead = tf.sum(tf.mul(probabilities, targets.ownHead), 1, true);
    const share = tf.clipByValue(tf.div(probabilities, ofOwnHead), EPSILON, 1 - EPSILON);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.log(share), targets.target), 1)));
  });
}

/** The same of probabilities that are here already, row by row. */
export function crossEntropyOf(
  probabilities: Float32Array,
  layout: HeadLayout,
  batch: BatchTargets,
  labelSmoothing = 0,
): number {
  const { target, ownHead } = targetValues(layout, batch, { labelSmoothing });
  const { totalClasses } = layout;
  let loss = 0;
  for (let begin = 0; begin < target.length; begin += totalClasses) {
    let ofOwnHead = 0;
    for (let at = begin; at < begin + totalClasses; at += 1) ofOwnHead += (probabilities[at] ?? 0) * (ownHead[at] ?? 0);
    for (let at = begin; at < begin + totalClasses; at += 1) {
      const share = Math.min(Math.max((probabilities[at] ?? 0) / ofOwnHead, EPSILON), 1 - EPSILON);
      if (target[at] !== 0) loss -= (target[at] ?? 0) * Math.log(share);
    }
  }
  return loss / batch.taskOf.length;
}
