import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { ImagenetWeights } from '../imagenet-weights.ts';
import type { LayerFactory } from '../layers/layer-factory.ts';
import type { Preprocessing } from './preprocessing.ts';

/** A convolutional base: from images to feature maps. */
export interface Backbone {
  /** The name of the architecture, which becomes the name of the model. */
  readonly name: string;
  /** The minimum height and width of images, in pixels. */
  readonly minSize: number;
  /** The height and width of images that it was designed for, in pixels. */
  readonly defaultSize: number;
  /** What images are scaled by before `build`; `none` if its own layers take values from 0 to 255. */
  readonly preprocessing: Preprocessing | 'none';
  /**
   * Adds the layers: maps preprocessed images, float32 [n, height, width, 3], to float32 [n, rows, columns, channels]. For
   * the same size it must add the same layers with the same names, by which the weights of a saved model are found.
   */
  readonly build: (layers: LayerFactory, input: SymbolicTensor) => SymbolicTensor;
  /** Adds layers between the global average pooling and the heads: maps float32 [n, channels] to the same shape. */
  readonly afterPooling?: (layers: LayerFactory, features: SymbolicTensor) => SymbolicTensor;
  /** The name in `keras.applications` of the architecture that has the same layers. */
  readonly kerasName?: string;
  /** The weights that `weights: imagenet` downloads. */
  readonly imagenet?: ImagenetWeights | undefined;
}

/** Backbones by the value of the param `backbone`. */
export type Backbones = Readonly<Record<string, Backbone>>;
