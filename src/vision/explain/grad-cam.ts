import type { LayersModel, SymbolicTensor, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { POOLING_LAYER } from '../models/classifier.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type ClassScore, ownColumn } from './class-score.ts';

type Layer = ReturnType<LayersModel['getLayer']>;

/** For which class of which head a map is computed. */
export interface ClassOfTask {
  readonly task: string;
  readonly label: number;
  /** By default, the column of the class before the activation. */
  readonly score?: ClassScore;
}

/**
 * Computes where an image speaks for a class, by Grad-CAM (Selvaraju et al., 2017) on the feature maps before the global
 * average pooling, for the score of the class. The mean gradient of a map is that of its pooled value,
 * up to a factor that scaling removes.
 *
 * @param pixels float32 [1, height, width, 3], values from 0 to 255.
 * @returns for each class float32 [height, width], from 0 to 1; all 0 if nothing in the image speaks for the class.
 */
export function gradCam(
  tf: TensorFlow,
  model: LayersModel,
  pixels: Tensor4D,
  classes: readonly ClassOfTask[],
): readonly Tensor2D[] {
  const [, height = 0, width = 0] = pixels.shape;
  const pooling = model.getLayer(POOLING_LAYER);
  return tf.tidy(() => {
    const maps = tf.model({ inputs: model.inputs, outputs: pooling.input as SymbolicTensor });
    const features = maps.apply(pixels) as Tensor4D;
    const pooled = tf.mean(features, [1, 2]) as Tensor2D;
    return classes.map(({ task, label, score = ownColumn }) => {
      const weights = tf.grad((x) => score(tf, logitsOf(tf, model, task, x), label))(pooled);
      const map = tf.relu(tf.conv2d(features, tf.reshape(weights, [1, 1, -1, 1]), 1, 'valid')) as Tensor4D;
      const scaled = tf.div(map, tf.maximum(tf.max(map), 1e-12)) as Tensor4D;
      return tf.reshape(tf.image.resizeBilinear(scaled, [height, width], false, true), [height, width]) as Tensor2D;
    });
  });
}

/** Returns what the dense layer of a task computes from pooled features, before its activation: float32 [1, columns]. */
function logitsOf(tf: TensorFlow, model: LayersModel, task: string, pooled: Tensor): Tensor2D {
  const pooling = model.getLayer(POOLING_LAYER);
  const dense = model.getLayer(task);
  const [kernel, bias] = dense.getWeights() as [Tensor2D, Tensor | undefined];
  const valueAfter = (layer: Layer): Tensor => {
    if (layer === pooling) return pooled;
    const inputs = inputsOf(layer).map(valueAfter);
    return layer.apply(inputs.length === 1 ? (inputs[0] ?? pooled) : inputs) as Tensor;
  };
  const [input = pooling] = inputsOf(dense);
  const products = tf.matMul(valueAfter(input), kernel) as Tensor2D;
  return bias === undefined ? products : (tf.add(products, bias) as Tensor2D);
}

/** Returns the layers whose outputs a layer takes in its only call. */
function inputsOf(layer: Layer): readonly Layer[] {
  return layer.inboundNodes[0]?.inboundLayers ?? [];
}
