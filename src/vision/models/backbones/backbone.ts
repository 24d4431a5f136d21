import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { ImagenetWeights } from '../imagenet-weights.ts';
import type { LayerFactory } from '../layers/layer-factory.ts';

/** Maps a pixel value v, from 0 to 255, to scale · v + offset. */
export interface Preprocessing {
  readonly scale: number;
  readonly offset: number;
}

/** A convolutional base: from images to feature maps. */
export interface Backbone {
  /** The name of the architecture, which becomes the name of the model. */
  readonly name: string;
  /** The minimum height and width of images, in pixels. */
  readonly minSize: number;
  /** The height and width of images that it was designed for, in pixels. */
  readonly defaultSize: number;
  /** What happens to the pixels before `build`; `none` if its own layers take values from 0 to 255. */
  readonly preprocessing: Preprocessing | 'none';
  /**
   * Adds the layers: maps float32 [n, height, width, 3], preprocessed, to float32 [n, rows, columns, channels]. Called
   * with the same sizes, it must add the same layers with the same names, since the weights of a saved model are found by
   * them.
   */
  readonly build: (layers: LayerFactory, input: SymbolicTensor) => SymbolicTensor;
  /** The name in `keras.applications` of the architecture that has the same layers. */
  readonly kerasName?: string;
  /** The weights that `weights: imagenet` downloads. */
  readonly imagenet?: ImagenetWeights | undefined;
}

/** Backbones by the value of the param `backbone`. */
export type Backbones = Readonly<Record<string, Backbone>>;

/** From −1 to 1, as `preprocess_input` of many networks in `keras.applications`. */
export const MINUS_ONE_TO_ONE: Preprocessing = { scale: 1 / 127.5, offset: -1 };
