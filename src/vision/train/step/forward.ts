import type { LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TrainingCall } from '../../models/layers/dropout.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { HeadLayout } from './target-masks.ts';

/**
 * Runs the forward pass of a classifier.
 *
 * @param pixels float32 [n, height, width, 3], values from 0 to 255.
 * @param training given in training only; turns on dropout and batch statistics.
 * @returns float32 [n, all classes]: the probabilities of all heads, concatenated in task order.
 */
export function probabilitiesOf(
  tf: TensorFlow,
  model: LayersModel,
  pixels: Tensor4D,
  training?: TrainingCall,
): Tensor2D {
  return tf.tidy(() => {
    const outputs = model.apply(pixels, { ...training }) as Tensor | Tensor[];
    return (Array.isArray(outputs) ? tf.concat(outputs, 1) : outputs) as Tensor2D;
  });
}

/**
 * Finds the most probable class of each sample among the classes of its own task.
 *
 * @param probabilities float32 [n, all classes], row-major.
 * @param taskOf the index of each sample's task.
 * @returns int32 [n]: the column of each predicted class in the concatenated classes of all heads.
 */
export function predictedColumns(
  probabilities: Float32Array,
  { totalClasses, offsets, classes }: HeadLayout,
  taskOf: Uint8Array | Uint16Array,
): Int32Array {
  return Int32Array.from(taskOf, (task, sample) => {
    const offset = offsets[task] ?? 0;
    const begin = sample * totalClasses + offset;
    const own = probabilities.subarray(begin, begin + (classes[task] ?? 0));
    return offset + own.reduce((best, value, column) => (value > (own[best] ?? 0) ? column : best), 0);
  });
}
