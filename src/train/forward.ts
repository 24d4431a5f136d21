import type { LayersModel, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TrainingCall } from '../models/dropout.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { TargetMasks } from './target-masks.ts';

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

/** @returns int32 [n]: for each sample the most probable class of its own task, as a column of all classes. */
export function predictedColumns(tf: TensorFlow, probabilities: Tensor2D, { ownHead }: TargetMasks): Tensor1D {
  return tf.tidy(() => tf.argMax(tf.mul(probabilities, ownHead), 1));
}
