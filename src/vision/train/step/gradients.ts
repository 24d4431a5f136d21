import type { LayersModel, Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { HeadLayout } from '../../heads/head-layout.ts';
import { InvalidHead } from '../../heads/invalid-head.ts';
import { outputsOf } from '../../models/forward.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { Batch } from '../augmentations/augmentation.ts';
import { l2Penalty } from './l2-penalty.ts';
import { meanLoss } from './loss.ts';

/** A batch on the device, augmented. */
export interface BatchTensors extends Batch {
  /** int32 [2]: seed and step, the key of the random numbers of dropout. */
  readonly key: Tensor1D;
  /** The position of these rows in a larger batch, if this is a slice of one. */
  readonly slice?: { readonly from: number; readonly of: number } | undefined;
}

/** What becomes of the loss of the heads before the backward pass. */
export interface LossTerms {
  readonly l2?: number | undefined;
  readonly scale?: Tensor | undefined;
}

/** A model with its heads, whose outputs it has in this order. */
export interface ModelHeads {
  readonly model: LayersModel;
  readonly layout: HeadLayout;
}

export interface Gradients {
  /** Scalar: the loss of the batch. */
  readonly loss: Tensor;
  /** float32 [n, all columns]: what the heads put out, concatenated. */
  readonly outputs: Tensor2D;
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
  { model, layout }: ModelHeads,
  batch: BatchTensors,
  { l2 = 0, scale }: LossTerms = {},
): Gradients {
  const { pixels, targets, key, slice } = batch;
  const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
  let kept: { readonly outputs: Tensor2D; readonly loss: Scalar } | undefined;
  const { value, grads } = gradientsOf(tf, layout, weights, () => {
    const outputs = outputsOf(tf, model, pixels, { training: true, key, slice });
    const ofHeads = targets
      .map((target) => meanLoss(tf, layout, outputs, target))
      .reduce((sum, each) => tf.add(sum, each));
    const loss = l2 === 0 ? ofHeads : tf.add<Scalar>(ofHeads, l2Penalty(tf, model, l2));
    // `variableGrads` disposes of all tensors but what is returned and the gradients.
    kept = { outputs: tf.keep(outputs), loss: tf.keep(loss.clone()) };
    return scale === undefined ? loss : tf.mul<Scalar>(loss, scale);
  });
  value.dispose();
  if (kept === undefined) throw new Error('`variableGrads` did not run the model.');
  const [outputs, loss] = [kept.outputs.clone(), kept.loss.clone()];
  for (const tensor of [kept.outputs, kept.loss]) tensor.dispose();
  const unscaled = (tensor: Tensor) => (scale === undefined ? tensor : tf.div(tensor, scale));
  const gradients = weights.map((weight) => unscaled(grads[weight.name] ?? tf.zerosLike(weight)));
  return { loss, outputs, gradients };
}

/** Returns the gradients of the weights. Throws an `InvalidHead` if the losses of heads have none. */
function gradientsOf(tf: TensorFlow, { heads }: HeadLayout, weights: readonly Variable[], loss: () => Scalar) {
  try {
    return tf.variableGrads(loss, [...weights]);
  } catch (error) {
    const [placed] = heads;
    if (placed === undefined || !String(error).includes('Cannot find a connection')) throw error;
    const advice = 'Compute the loss from "outputs", by ops that have gradients: comparisons and argMax have none.';
    throw new InvalidHead(
      placed.head,
      placed.task,
      'has a "loss" that does not depend on what its layers put out',
      advice,
    );
  }
}
