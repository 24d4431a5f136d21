import type { LayersModel, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { projectiveTransform } from '../../tensorflow/projective-transform.ts';
import { probabilitiesOf } from './forward.ts';
import { l2Penalty } from './l2-penalty.ts';
import { maskedCrossEntropy } from './loss.ts';
import type { TargetMasks } from './target-masks.ts';

/** A batch on the device. */
export interface BatchTensors extends TargetMasks {
  /** float32 [n, height, width, 3], 0 to 255. */
  readonly pixels: Tensor4D;
  /** float32 [n, 8], rows as `projectiveTransform` takes them; without them the images stay as they are. */
  readonly transforms?: Tensor2D | undefined;
  /** int32 [2]: the seed and the step, by which random layers draw. */
  readonly key: Tensor1D;
  /** Which rows of a larger batch these are. */
  readonly slice?: { readonly from: number; readonly of: number } | undefined;
}

export interface Gradients {
  /** Of the batch, a scalar. */
  readonly loss: Tensor;
  /** [n, all classes]. */
  readonly probabilities: Tensor2D;
  /** One for each trainable weight, in their order. */
  readonly gradients: readonly Tensor[];
}

/**
 * Augmentation, forward, loss and back. The model's moving averages change, its trainable weights don't.
 *
 * @param l2 the loss grows by so much for each square of a number in the kernels that are trained.
 */
export function computeGradients(tf: TensorFlow, model: LayersModel, batch: BatchTensors, l2 = 0): Gradients {
  const { pixels, transforms, key, slice } = batch;
  const augmented = transforms ? projectiveTransform(tf, pixels, transforms) : pixels;
  const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
  let inside: Tensor2D | undefined;
  const { value: loss, grads } = tf.variableGrads(() => {
    const probabilities = probabilitiesOf(tf, model, augmented, { training: true, key, slice });
    // The gradient's scope ends before anybody could read what only it knows.
    inside = tf.keep(probabilities);
    const loss = maskedCrossEntropy(tf, probabilities, batch);
    return l2 === 0 ? loss : tf.add(loss, l2Penalty(tf, model, l2));
  }, weights);
  if (inside === undefined) throw new Error('The gradient was taken without running the model.');
  const probabilities = inside.clone();
  inside.dispose();
  const gradients = weights.map((weight) => grads[weight.name] ?? tf.zerosLike(weight));
  return { loss, probabilities, gradients };
}
