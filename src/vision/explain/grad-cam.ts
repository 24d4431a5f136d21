import type { LayersModel, SymbolicTensor, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { POOLING_LAYER } from '../models/classifier.ts';
import type { TensorFlow } from '../tensorflow/load.ts';

/** For which class of which head a map is computed. */
export interface ClassOfTask {
  readonly task: string;
  readonly label: number;
}

/**
 * Computes where an image speaks for a class, by Grad-CAM (Selvaraju et al., 2017) on the feature maps before the global
 * average pooling, for the score of the class before the softmax. The mean gradient of a map is that of its pooled value,
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
  const following = model.layers
    .slice(model.layers.indexOf(pooling) + 1)
    .filter((layer) => !model.outputLayers.includes(layer));
  return tf.tidy(() => {
    const maps = tf.model({ inputs: model.inputs, outputs: pooling.input as SymbolicTensor });
    const features = maps.apply(pixels) as Tensor4D;
    const pooled = tf.mean(features, [1, 2]) as Tensor2D;
    const featuresOf = (x: Tensor) => following.reduce((y, layer) => layer.apply(y) as Tensor, x);
    return classes.map(({ task, label }) => {
      const [kernel] = model.getLayer(task).getWeights() as [Tensor2D, ...Tensor[]];
      const [channels] = kernel.shape;
      const column = tf.slice(kernel, [0, label], [channels, 1]);
      const weights = tf.grad((x) => tf.sum(tf.matMul(featuresOf(x), column)))(pooled);
      const map = tf.relu(tf.conv2d(features, tf.reshape(weights, [1, 1, channels, 1]), 1, 'valid')) as Tensor4D;
      const scaled = tf.div(map, tf.maximum(tf.max(map), 1e-12)) as Tensor4D;
      return tf.reshape(tf.image.resizeBilinear(scaled, [height, width], false, true), [height, width]) as Tensor2D;
    });
  });
}
