import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** How long gradients may be. */
export interface ClipOptions {
  /** All of them, taken as one vector, are shortened to this length. */
  readonly globalNorm?: number | undefined;
  /** Each number of them is brought into ± this, before. */
  readonly value?: number | undefined;
}

export function clipGradients(tf: TensorFlow, gradients: readonly Tensor[], { globalNorm, value }: ClipOptions) {
  const clipped =
    value === undefined ? gradients : gradients.map((gradient) => tf.clipByValue(gradient, -value, value));
  if (globalNorm === undefined) return clipped;
  const norm = tf.sqrt(tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.div(globalNorm, tf.maximum(norm, globalNorm));
  return clipped.map((gradient) => tf.mul(gradient, factor));
}
