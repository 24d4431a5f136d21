import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { TargetMasks } from '../step/target-masks.ts';

/** Returns for each image the next one in the batch, for the last the first. The batch is in random order. */
export function partners<Kind extends Tensor>(tf: TensorFlow, tensor: Kind): Kind {
  const [count = 0] = tensor.shape;
  if (count < 2) return tensor;
  return tf.concat([tf.slice(tensor, 1, count - 1), tf.slice(tensor, 0, 1)], 0) as Kind;
}

/**
 * Returns the targets of images that are mixed of two: those of the image and those of its partner, each multiplied by its
 * share. The two may be of different tasks, so they stay apart: each has its own mask.
 *
 * @param share float32 [n, 1]: how much of a mixed image is the image itself.
 */
export function mixedTargets(tf: TensorFlow, targets: readonly TargetMasks[], share: Tensor2D): readonly TargetMasks[] {
  const times = ({ target, headMask }: TargetMasks, factor: Tensor2D) => ({ target: tf.mul(target, factor), headMask });
  const rest = tf.sub(1, share) as Tensor2D;
  return targets.flatMap((each) => [
    times(each, share),
    times({ target: partners(tf, each.target), headMask: partners(tf, each.headMask) }, rest),
  ]) as readonly TargetMasks[];
}
