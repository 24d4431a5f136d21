import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';
import { inceptionResNetV2 } from './inception-resnet-v2.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { nasNetLarge, nasNetMobile } from './nasnet.ts';
import { smallCnn } from './small-cnn.ts';

/** A convolutional base: images in, feature maps out. */
export interface Backbone {
  /** The smallest height and width, in pixels, that it can take. */
  readonly minimalSize: number;
  /** The height and width, in pixels, that it was made for. */
  readonly defaultSize: number;
  /** Takes [n, height, width, 3] of values from −1 to 1 to [n, rows, columns, channels]. */
  readonly build: (layers: LayerFactory, input: SymbolicTensor) => SymbolicTensor;
}

export const backbones = {
  'inception-resnet-v2': { minimalSize: 75, defaultSize: 299, build: inceptionResNetV2 },
  'nasnet-large': { minimalSize: 32, defaultSize: 331, build: nasNetLarge },
  'nasnet-mobile': { minimalSize: 32, defaultSize: 224, build: nasNetMobile },
  'mobilenet-v2': { minimalSize: 32, defaultSize: 224, build: mobileNetV2 },
  'small-cnn': { minimalSize: 32, defaultSize: 64, build: smallCnn },
} as const satisfies Record<string, Backbone>;

export type BackboneName = keyof typeof backbones;

export const backboneNames = Object.keys(backbones) as readonly BackboneName[];
