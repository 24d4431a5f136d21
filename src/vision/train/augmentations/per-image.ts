import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** Returns a column of the drawn numbers as float32 [n, 1, 1, 1], which applies to all pixels of an image. */
export function perImage(tf: TensorFlow, drawn: Tensor2D, column: number): Tensor4D {
  const [count] = drawn.shape;
  return tf.reshape(tf.slice(drawn, [0, column], [count, 1]), [count, 1, 1, 1]);
}

/** Returns pixels of one of two batches. @param condition bool, of a shape that broadcasts to that of the pixels. */
export function select(tf: TensorFlow, condition: Tensor, chosen: Tensor, otherwise: Tensor): Tensor4D {
  return tf.where(condition, chosen, otherwise) as Tensor4D;
}
