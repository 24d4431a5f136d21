import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';
import { convNeXtSmall, convNeXtTiny, normalizedFeatures } from './convnext.ts';
import {
  efficientNetV2B0,
  efficientNetV2B1,
  efficientNetV2B2,
  efficientNetV2B3,
  efficientNetV2S,
} from './efficientnet-v2.ts';
import { inceptionResNetV2 } from './inception-resnet-v2.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { nasNetLarge, nasNetMobile } from './nasnet.ts';
import { around128, byImagenetStatistics, type Preprocessing, toUnitRange } from './preprocessing.ts';
import { resNet50V2 } from './resnet-v2.ts';
import { smallCnn } from './small-cnn.ts';

/** A convolutional base: from images to feature maps. */
export interface Backbone {
  /** The minimum height and width of images, in pixels. */
  readonly minSize: number;
  /** The height and width of images that it was designed for, in pixels. */
  readonly defaultSize: number;
  /** What images are scaled by before they go into it. */
  readonly preprocessing: Preprocessing;
  /** Maps preprocessed images, float32 [n, height, width, 3], to float32 [n, rows, columns, channels]. */
  readonly build: (layers: LayerFactory, input: SymbolicTensor) => SymbolicTensor;
  /** The layers between the global average pooling and the heads, if it has any: maps float32 [n, channels] to the same shape. */
  readonly afterPooling?: (layers: LayerFactory, features: SymbolicTensor) => SymbolicTensor;
}

/** All backbones, by the value of the param `backbone`. */
export const backbones = {
  'inception-resnet-v2': { minSize: 75, defaultSize: 299, preprocessing: toUnitRange, build: inceptionResNetV2 },
  'nasnet-large': { minSize: 32, defaultSize: 331, preprocessing: toUnitRange, build: nasNetLarge },
  'nasnet-mobile': { minSize: 32, defaultSize: 224, preprocessing: toUnitRange, build: nasNetMobile },
  'mobilenet-v2': { minSize: 32, defaultSize: 224, preprocessing: toUnitRange, build: mobileNetV2 },
  'resnet50-v2': { minSize: 32, defaultSize: 224, preprocessing: toUnitRange, build: resNet50V2 },
  'efficientnet-v2-b0': { minSize: 32, defaultSize: 224, preprocessing: byImagenetStatistics, build: efficientNetV2B0 },
  'efficientnet-v2-b1': { minSize: 32, defaultSize: 240, preprocessing: byImagenetStatistics, build: efficientNetV2B1 },
  'efficientnet-v2-b2': { minSize: 32, defaultSize: 260, preprocessing: byImagenetStatistics, build: efficientNetV2B2 },
  'efficientnet-v2-b3': { minSize: 32, defaultSize: 300, preprocessing: byImagenetStatistics, build: efficientNetV2B3 },
  'efficientnet-v2-s': { minSize: 32, defaultSize: 384, preprocessing: around128, build: efficientNetV2S },
  'convnext-tiny': {
    minSize: 32,
    defaultSize: 224,
    preprocessing: byImagenetStatistics,
    build: convNeXtTiny,
    afterPooling: normalizedFeatures,
  },
  'convnext-small': {
    minSize: 32,
    defaultSize: 224,
    preprocessing: byImagenetStatistics,
    build: convNeXtSmall,
    afterPooling: normalizedFeatures,
  },
  'small-cnn': { minSize: 32, defaultSize: 64, preprocessing: toUnitRange, build: smallCnn },
} as const satisfies Record<string, Backbone>;

export type BackboneName = keyof typeof backbones;

export const backboneNames = Object.keys(backbones) as readonly BackboneName[];
