import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { TargetTensors } from '../step/target-tensors.ts';

/** Returns for each image the next one in the batch, for the last the first. The batch is in random order. */
export function partners<Kind extends Tensor>(tf: TensorFlow, tensor: Kind): Kind {
  const [count = 0] = tensor.shape;
  if (count < 2) return tensor;
  return tf.concat([tf.slice(tensor, 1, count - 1), tf.slice(tensor, 0, 1)], 0) as Kind;
}

/**
 * Returns the targets of images that are mixed of two: those of the image and those of its partner, their weights multiplied
 * by its share. The two may be of different tasks, so they stay apart.
 *
 * @param share float32 [n, 1]: how much of a mixed image is the image itself.
 */
export function mixedTargets(
  tf: TensorFlow,
  targets: readonly TargetTensors[],
  share: Tensor2D,
): readonly TargetTensors[] {
  const times = ({ target, weight }: TargetTensors, factor: Tensor2D) => ({ target, weight: tf.mul(weight, factor) });
  const rest = tf.sub(1, share) as Tensor2D;
  return targets.flatMap((each) => [
    times(each, share),
    times({ target: partners(tf, each.target), weight: partners(tf, each.weight) }, rest),
  ]) as readonly TargetTensors[];
}
