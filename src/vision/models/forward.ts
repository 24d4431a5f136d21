import type { LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { TrainingCall } from './layers/dropout.ts';

/**
 * Runs the forward pass of a classifier.
 *
 * @param pixels float32 [n, height, width, 3], values from 0 to 255.
 * @param training given in training only; turns on dropout and batch statistics.
 * @returns float32 [n, all columns]: the outputs of all heads, concatenated in task order.
 */
export function outputsOf(tf: TensorFlow, model: LayersModel, pixels: Tensor4D, training?: TrainingCall): Tensor2D {
  return tf.tidy(() => {
    const outputs = model.apply(pixels, { ...training }) as Tensor | Tensor[];
    return (Array.isArray(outputs) ? tf.concat(outputs, 1) : outputs) as Tensor2D;
  });
}
