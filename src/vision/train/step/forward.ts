import type { LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TrainingCall } from '../../models/layers/dropout.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { HeadLayout } from './target-masks.ts';

/**
 * Runs the classifier.
 *
 * @param pixels float32 [n, height, width, 3], 0 to 255.
 * @param training given in training alone.
 * @returns [n, all classes]: the heads' probabilities side by side, in the order of the tasks.
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
 * @param probabilities [n, all classes], row by row.
 * @param taskOf for each sample the number of its task.
 * @returns for each sample the most probable class of its own task, as a column of all classes.
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
