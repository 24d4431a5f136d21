import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/**
 * Concatenates tensors into one vector, so that an optimizer's ops run once per step instead of once for each weight.
 *
 * @returns [total number of values].
 */
export function toVector(tf: TensorFlow, tensors: readonly Tensor[]): Tensor1D {
  return tf.tidy(() =>
    tf.concat(
      tensors.map((tensor) => tf.reshape(tensor, [-1])),
      0,
    ),
  ) as Tensor1D;
}

/** Splits a vector made by `toVector` into tensors of the given shapes. */
export function fromVector(tf: TensorFlow, vector: Tensor1D, shapes: readonly number[][]): Tensor[] {
  return tf.tidy(() => {
    const parts = tf.split(vector, shapes.map(tf.util.sizeFromShape));
    return parts.map((part, index) => tf.reshape(part, shapes[index] ?? []));
  });
}

/** Returns the total number of values in tensors. */
export function countWeights(tensors: readonly { readonly shape: readonly (number | null)[] }[]): number {
  return tensors.reduce(
    (count, { shape }) => count + shape.reduce<number>((size, length) => size * (length ?? 1), 1),
    0,
  );
}
