import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** Gradient clipping. Clipping by value comes first, then clipping by global norm. */
export interface ClipOptions {
  /** The maximum L2 norm of all gradients together, as Keras' `global_clipnorm`. */
  readonly globalNorm?: number | undefined;
  /** The maximum absolute value of each component, as Keras' `clipvalue`. */
  readonly value?: number | undefined;
}

/** Returns the clipped gradients, with the same shapes. */
export function clipGradients(tf: TensorFlow, gradients: readonly Tensor[], { globalNorm, value }: ClipOptions) {
  const clipped =
    value === undefined ? gradients : gradients.map((gradient) => tf.clipByValue(gradient, -value, value));
  if (globalNorm === undefined) return clipped;
  const norm = tf.sqrt(tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.div(globalNorm, tf.maximum(norm, globalNorm));
  return clipped.map((gradient) => tf.mul(gradient, factor));
}
