import { imagenetWeights } from '../imagenet-weights.ts';
import { type Backbone, type Backbones, MINUS_ONE_TO_ONE } from './backbone.ts';
import { inceptionResNetV2 } from './inception-resnet-v2.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { nasNetLarge, nasNetMobile } from './nasnet.ts';
import { smallCnn } from './small-cnn.ts';

/** The built-in backbones, by the value of the param `backbone`. */
export const backbones = {
  'inception-resnet-v2': {
    name: 'inception-resnet-v2',
    kerasName: 'InceptionResNetV2',
    minSize: 75,
    defaultSize: 299,
    preprocessing: MINUS_ONE_TO_ONE,
    build: inceptionResNetV2,
    imagenet: imagenetWeights['inception-resnet-v2'],
  },
  'nasnet-large': {
    name: 'nasnet-large',
    kerasName: 'NASNetLarge',
    minSize: 32,
    defaultSize: 331,
    preprocessing: MINUS_ONE_TO_ONE,
    build: nasNetLarge,
    imagenet: imagenetWeights['nasnet-large'],
  },
  'nasnet-mobile': {
    name: 'nasnet-mobile',
    kerasName: 'NASNetMobile',
    minSize: 32,
    defaultSize: 224,
    preprocessing: MINUS_ONE_TO_ONE,
    build: nasNetMobile,
    imagenet: imagenetWeights['nasnet-mobile'],
  },
  'mobilenet-v2': {
    name: 'mobilenet-v2',
    kerasName: 'MobileNetV2',
    minSize: 32,
    defaultSize: 224,
    preprocessing: MINUS_ONE_TO_ONE,
    build: mobileNetV2,
    imagenet: imagenetWeights['mobilenet-v2'],
  },
  'small-cnn': {
    name: 'small-cnn',
    minSize: 32,
    defaultSize: 64,
    preprocessing: MINUS_ONE_TO_ONE,
    build: smallCnn,
  },
} as const satisfies Record<string, Backbone>;

/** Returns the built-in backbones and those that are given, which replace built-in ones of the same name. */
export function withBuiltIn(given: Backbones | undefined): Backbones {
  return { ...backbones, ...given };
}

export type BackboneName = keyof typeof backbones;

export const backboneNames = Object.keys(backbones) as readonly BackboneName[];
