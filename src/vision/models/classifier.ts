import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type BackboneName, backbones } from './backbones/index.ts';
import { heads, type TaskClasses } from './heads.ts';
import { LayerFactory } from './layers/layer-factory.ts';

/** The name of the layer after the last layer of the backbone. */
export const POOLING_LAYER = 'pool';

/** The same as `preprocess_input` of these backbones in Keras. */
const PREPROCESSING = { name: 'preprocess', scale: 1 / 127.5, offset: -1 };

/** What the layers of a classifier depend on. */
export interface Architecture {
  readonly backbone: BackboneName;
  /** The size of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly tasks: readonly TaskClasses[];
}

/** How a classifier is trained, as far as its layers decide that. */
export interface ClassifierOptions {
  /** The dropout rate on the pooled features, in [0, 1). */
  readonly dropout: number;
  /** The random seed of the initial weights. */
  readonly seed: number;
  /** The momentum of the moving averages of batch normalization, in [0, 1); that of the backbone by default. */
  readonly batchNormalizationMomentum?: number | undefined;
}

/**
 * Builds the multi-task classifier: preprocessing (x / 127.5 − 1), backbone, global average pooling, dropout, and one
 * softmax head for each task.
 *
 * @returns a model from float32 [n, height, width, 3], values from 0 to 255, to float32 [n, classes] for each task, in
 *   order.
 * @throws if a task has the same name as a layer of the backbone.
 */
export function buildClassifier(
  tf: TensorFlow,
  { backbone, height, width, tasks }: Architecture,
  { dropout, seed, batchNormalizationMomentum }: ClassifierOptions,
): LayersModel {
  const layers = new LayerFactory(tf, seed, batchNormalizationMomentum);
  const input = tf.input({ name: 'image', shape: [height, width, 3] });
  const maps = backbones[backbone].build(layers, layers.rescaling(input, PREPROCESSING));
  const outputs = heads(layers, layers.globalAveragePooling2d(maps, { name: POOLING_LAYER }), tasks, dropout);
  return tf.model({ name: backbone, inputs: input, outputs });
}
