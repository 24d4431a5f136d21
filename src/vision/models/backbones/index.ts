import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';
import { inceptionResNetV2 } from './inception-resnet-v2.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { nasNetLarge, nasNetMobile } from './nasnet.ts';
import { smallCnn } from './small-cnn.ts';

/** A convolutional base: from images to feature maps. */
export interface Backbone {
  /** The minimum height and width of images, in pixels. */
  readonly minSize: number;
  /** The height and width of images that it was designed for, in pixels. */
  readonly defaultSize: number;
  /** Maps float32 [n, height, width, 3], values from −1 to 1, to float32 [n, rows, columns, channels]. */
  readonly build: (layers: LayerFactory, input: SymbolicTensor) => SymbolicTensor;
}

/** All backbones, by the value of the param `backbone`. */
export const backbones = {
  'inception-resnet-v2': { minSize: 75, defaultSize: 299, build: inceptionResNetV2 },
  'nasnet-large': { minSize: 32, defaultSize: 331, build: nasNetLarge },
  'nasnet-mobile': { minSize: 32, defaultSize: 224, build: nasNetMobile },
  'mobilenet-v2': { minSize: 32, defaultSize: 224, build: mobileNetV2 },
  'small-cnn': { minSize: 32, defaultSize: 64, build: smallCnn },
} as const satisfies Record<string, Backbone>;

export type BackboneName = keyof typeof backbones;

export const backboneNames = Object.keys(backbones) as readonly BackboneName[];
