import { inspect } from 'node:util';
import { isObject } from '../../../shared/shapes.ts';
import { imagenetWeights } from '../imagenet-weights.ts';
import type { Backbone, Backbones } from './backbone.ts';
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
import { around128, byImagenetStatistics, toUnitRange } from './preprocessing.ts';
import { resNet50V2 } from './resnet-v2.ts';
import { smallCnn } from './small-cnn.ts';

/** All built-in backbones, by the value of the param `backbone`, which is also the name of the architecture. */
const table = {
  'inception-resnet-v2': {
    kerasName: 'InceptionResNetV2',
    minSize: 75,
    defaultSize: 299,
    preprocessing: toUnitRange,
    build: inceptionResNetV2,
  },
  'nasnet-large': {
    kerasName: 'NASNetLarge',
    minSize: 32,
    defaultSize: 331,
    preprocessing: toUnitRange,
    build: nasNetLarge,
  },
  'nasnet-mobile': {
    kerasName: 'NASNetMobile',
    minSize: 32,
    defaultSize: 224,
    preprocessing: toUnitRange,
    build: nasNetMobile,
  },
  'mobilenet-v2': {
    kerasName: 'MobileNetV2',
    minSize: 32,
    defaultSize: 224,
    preprocessing: toUnitRange,
    build: mobileNetV2,
  },
  'resnet50-v2': {
    kerasName: 'ResNet50V2',
    minSize: 32,
    defaultSize: 224,
    preprocessing: toUnitRange,
    build: resNet50V2,
  },
  'efficientnet-v2-b0': {
    kerasName: 'EfficientNetV2B0',
    minSize: 32,
    defaultSize: 224,
    preprocessing: byImagenetStatistics,
    build: efficientNetV2B0,
  },
  'efficientnet-v2-b1': {
    kerasName: 'EfficientNetV2B1',
    minSize: 32,
    defaultSize: 240,
    preprocessing: byImagenetStatistics,
    build: efficientNetV2B1,
  },
  'efficientnet-v2-b2': {
    kerasName: 'EfficientNetV2B2',
    minSize: 32,
    defaultSize: 260,
    preprocessing: byImagenetStatistics,
    build: efficientNetV2B2,
  },
  'efficientnet-v2-b3': {
    kerasName: 'EfficientNetV2B3',
    minSize: 32,
    defaultSize: 300,
    preprocessing: byImagenetStatistics,
    build: efficientNetV2B3,
  },
  'efficientnet-v2-s': {
    kerasName: 'EfficientNetV2S',
    minSize: 32,
    defaultSize: 384,
    preprocessing: around128,
    build: efficientNetV2S,
  },
  'convnext-tiny': {
    kerasName: 'ConvNeXtTiny',
    minSize: 32,
    defaultSize: 224,
    preprocessing: byImagenetStatistics,
    build: convNeXtTiny,
    afterPooling: normalizedFeatures,
  },
  'convnext-small': {
    kerasName: 'ConvNeXtSmall',
    minSize: 32,
    defaultSize: 224,
    preprocessing: byImagenetStatistics,
    build: convNeXtSmall,
    afterPooling: normalizedFeatures,
  },
  'small-cnn': { minSize: 32, defaultSize: 64, preprocessing: toUnitRange, build: smallCnn },
} as const satisfies Record<string, Omit<Backbone, 'name'>>;

export type BackboneName = keyof typeof table;

export const backboneNames = Object.keys(table) as readonly BackboneName[];

/** The built-in backbones, by the value of the param `backbone`. */
export const backbones = Object.fromEntries(
  backboneNames.map((name) => [name, { name, imagenet: imagenetWeights[name], ...table[name] }]),
) as Readonly<Record<BackboneName, Backbone>>;

/**
 * Returns the built-in backbones and those that are given, which replace built-in ones of the same name.
 *
 * @throws a TypeError if one of them is no object.
 */
export function withBuiltIn(given: Backbones = {}): Backbones {
  for (const [name, backbone] of Object.entries<unknown>(given)) {
    if (!isObject(backbone))
      throw new TypeError(`backbones: ${name} is ${inspect(backbone)}, expected an object with "name" and "build"`);
  }
  return { ...backbones, ...given };
}
