import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type BackboneName, backbones } from './backbones/index.ts';
import { heads, type TaskClasses } from './heads.ts';
import { LayerFactory } from './layers/layer-factory.ts';

/** Where the backbone has ended. */
export const POOLING_LAYER = 'pool';

/** The backbones' `preprocess_input` in Keras. */
const PREPROCESSING = { name: 'preprocess', scale: 1 / 127.5, offset: -1 };

/** What a classifier is built from; the weights come on top. */
export interface Architecture {
  readonly backbone: BackboneName;
  /** Of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly tasks: readonly TaskClasses[];
}

/**
 * Builds the multi-task classifier: pixels from 0 to 255 → the backbones' own preprocessing, x / 127.5 − 1 → backbone →
 * average pooling → dropout → one softmax a task.
 *
 * @param seed of the initial weights.
 * @returns a model from float32 [n, height, width, 3] to [n, classes] for each task, in order.
 */
export function buildClassifier(
  tf: TensorFlow,
  { backbone, height, width, tasks }: Architecture,
  { dropout, seed }: { readonly dropout: number; readonly seed: number },
): LayersModel {
  const layers = new LayerFactory(tf, seed);
  const input = tf.input({ name: 'image', shape: [height, width, 3] });
  const maps = backbones[backbone].build(layers, layers.rescaling(input, PREPROCESSING));
  const outputs = heads(layers, layers.globalAveragePooling2d(maps, { name: POOLING_LAYER }), tasks, dropout);
  return tf.model({ name: backbone, inputs: input, outputs });
}
