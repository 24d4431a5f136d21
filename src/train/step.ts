import type { LayersModel, Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { imagesToDevice } from '../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { projectiveTransform } from '../tensorflow/projective-transform.ts';
import { type Augmentation, type DrawPoint, isIdentity, randomTransforms } from './augmentation.ts';
import { predictedColumns, probabilitiesOf } from './forward.ts';
import { maskedCrossEntropy } from './loss.ts';
import type { Optimizer } from './optimizer.ts';
import { type BatchTargets, type HeadLayout, targetMasks } from './target-masks.ts';
import { fromVector, toVector } from './weight-vector.ts';

export interface ImageBatch extends BatchTargets {
  /** uint8 [n, height, width, 3]. */
  readonly images: Uint8Array;
}

export interface StepResult {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** For each sample the predicted column of all heads' classes. */
  readonly predicted: Int32Array;
}

export interface StepOptions {
  readonly model: LayersModel;
  readonly height: number;
  readonly width: number;
  readonly layout: HeadLayout;
  readonly optimizer: Optimizer;
  readonly augmentation: Augmentation;
}

/**
 * One training step, op by op: bytes to the device, augmentation, forward, loss, gradients, update. What it does follows
 * from the weights, the batch, the point at which it draws and the learning rate alone, and no tensor outlives it but the
 * weights and the optimizer's state.
 */
export function trainingStep(
  tf: TensorFlow,
  { model, height, width, layout, optimizer, augmentation }: StepOptions,
  batch: ImageBatch,
  at: DrawPoint,
  learningRate: number,
): StepResult {
  return tf.tidy(() => {
    const pixels = imagesToDevice(tf, batch.images, [batch.taskOf.length, height, width, 3]);
    const augmented = augment(tf, pixels, augmentation, at);
    const masks = targetMasks(tf, layout, batch);
    const key = tf.tensor1d([at.seed, at.step], 'int32');
    const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
    let predicted: Tensor1D | undefined;
    const { value: loss, grads } = tf.variableGrads(() => {
      const probabilities = probabilitiesOf(tf, model, augmented, { training: true, key });
      // The gradient's scope ends before anybody could read what only it knows.
      predicted = tf.keep(predictedColumns(tf, probabilities, masks));
      return maskedCrossEntropy(tf, probabilities, masks);
    }, weights);
    const gradients = weights.map(({ name }) => grads[name]).filter((gradient) => gradient !== undefined);
    update(tf, weights, gradients, (vector, gradient) => optimizer.update(vector, gradient, learningRate));
    const result = { loss: loss.dataSync()[0] ?? Number.NaN, predicted: (predicted?.dataSync() ?? []) as Int32Array };
    predicted?.dispose();
    return result;
  });
}

/** @param pixels float32 [n, height, width, 3]. */
function augment(tf: TensorFlow, pixels: Tensor4D, augmentation: Augmentation, at: DrawPoint): Tensor4D {
  if (isIdentity(augmentation)) return pixels;
  const [count, height, width] = pixels.shape;
  const transforms = randomTransforms(augmentation, count, { height, width }, at);
  return projectiveTransform(tf, pixels, tf.tensor2d(transforms, [count, 8]));
}

/** Replaces the weights by what `compute` makes of them and their gradients. */
function update(
  tf: TensorFlow,
  weights: readonly Variable[],
  gradients: readonly Tensor[],
  compute: (weights: Tensor1D, gradient: Tensor1D) => Tensor1D,
): void {
  const updated = compute(toVector(tf, weights), toVector(tf, gradients));
  const shapes = weights.map(({ shape }) => shape);
  fromVector(tf, updated, shapes).forEach((value, index) => {
    weights[index]?.assign(value);
  });
}
