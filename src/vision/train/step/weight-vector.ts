import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** Lays tensors end to end: an optimizer's dozen ops then run once a step instead of once for each weight. */
export function toVector(tf: TensorFlow, tensors: readonly Tensor[]): Tensor1D {
  return tf.tidy(() =>
    tf.concat(
      tensors.map((tensor) => tf.reshape(tensor, [-1])),
      0,
    ),
  ) as Tensor1D;
}

/** Cuts a vector that `toVector` made into tensors of these shapes again. */
export function fromVector(tf: TensorFlow, vector: Tensor1D, shapes: readonly number[][]): Tensor[] {
  return tf.tidy(() => {
    const parts = tf.split(vector, shapes.map(tf.util.sizeFromShape));
    return parts.map((part, index) => tf.reshape(part, shapes[index] ?? []));
  });
}

export function countWeights(tensors: readonly { readonly shape: readonly (number | null)[] }[]): number {
  return tensors.reduce(
    (count, { shape }) => count + shape.reduce<number>((size, length) => size * (length ?? 1), 1),
    0,
  );
}
