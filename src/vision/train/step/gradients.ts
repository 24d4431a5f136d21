import type { LayersModel, Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { Batch } from '../augmentations/augmentation.ts';
import { probabilitiesOf } from './forward.ts';
import { l2Penalty } from './l2-penalty.ts';
import { maskedCrossEntropy } from './loss.ts';

/** A batch on the device, augmented. */
export interface BatchTensors extends Batch {
  /** int32 [2]: seed and step, the key of the random numbers of dropout. */
  readonly key: Tensor1D;
  /** The position of these rows in a larger batch, if this is a slice of one. */
  readonly slice?: { readonly from: number; readonly of: number } | undefined;
}

/** What becomes of the cross-entropy before the backward pass. */
export interface LossTerms {
  readonly l2?: number | undefined;
  readonly scale?: Tensor | undefined;
}

export interface Gradients {
  /** Scalar: the loss of the batch. */
  readonly loss: Tensor;
  /** float32 [n, all classes]. */
  readonly probabilities: Tensor2D;
  /** One for each trainable weight, in the model's order. */
  readonly gradients: readonly Tensor[];
}

/**
 * Runs the forward pass, the loss and the backward pass. Updates the model's moving averages but
 * not its trainable weights.
 *
 * @param terms.l2 the factor of the L2 penalty on the trainable kernels.
 * @param terms.scale a scalar that the loss is multiplied by for the backward pass, and the gradients divided by.
 */
export function computeGradients(
  tf: TensorFlow,
  model: LayersModel,
  batch: BatchTensors,
  { l2 = 0, scale }: LossTerms = {},
): Gradients {
  const { pixels, targets, key, slice } = batch;
  const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
  let kept: { readonly probabilities: Tensor2D; readonly loss: Scalar } | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const probabilities = probabilitiesOf(tf, model, pixels, { training: true, key, slice });
    const crossEntropy = targets
      .map((target) => maskedCrossEntropy(tf, probabilities, target))
      .reduce((sum, each) => tf.add(sum, each));
    const loss = l2 === 0 ? crossEntropy : tf.add<Scalar>(crossEntropy, l2Penalty(tf, model, l2));
    // `variableGrads` disposes of all tensors but what is returned and the gradients.
    kept = { probabilities: tf.keep(probabilities), loss: tf.keep(loss.clone()) };
    return scale === undefined ? loss : tf.mul<Scalar>(loss, scale);
  }, weights);
  value.dispose();
  if (kept === undefined) throw new Error('`variableGrads` did not run the model.');
  const [probabilities, loss] = [kept.probabilities.clone(), kept.loss.clone()];
  for (const tensor of [kept.probabilities, kept.loss]) tensor.dispose();
  const unscaled = (tensor: Tensor) => (scale === undefined ? tensor : tf.div(tensor, scale));
  const gradients = weights.map((weight) => unscaled(grads[weight.name] ?? tf.zerosLike(weight)));
  return { loss, probabilities, gradients };
}
