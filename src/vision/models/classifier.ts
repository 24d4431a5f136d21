import { inspect } from 'node:util';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { Heads, HeadTask } from '../heads/head.ts';
import { headLayout } from '../heads/head-layout.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { Backbones } from './backbones/backbone.ts';
import { backbones as builtIn } from './backbones/index.ts';
import { buildHeads } from './heads.ts';
import { LayerFactory } from './layers/layer-factory.ts';

/** The name of the layer that pools the feature maps of the backbone. */
export const POOLING_LAYER = 'pool';

/** What the layers of a classifier depend on. */
export interface Architecture {
  /** The key of a backbone. */
  readonly backbone: string;
  /** The size of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly tasks: readonly HeadTask[];
}

/** How a classifier is trained, as far as its layers decide that. */
export interface ClassifierOptions {
  /** The dropout rate on the pooled features, in [0, 1). */
  readonly dropout: number;
  /** The random seed of the initial weights. */
  readonly seed: number;
  /** The momentum of the moving averages of batch normalization, in [0, 1); that of the backbone by default. */
  readonly batchNormalizationMomentum?: number | undefined;
  /** The backbones that there are; the built-in ones by default. */
  readonly backbones?: Backbones | undefined;
  /** The heads that there are besides the built-in ones, by task. */
  readonly heads?: Heads | undefined;
}

/** A backbone in the code of a project does not return what its type says. */
export class InvalidBackbone extends Error {
  constructor(backbone: string, did: string) {
    super(`the backbone "${backbone}" is invalid: ${did}`);
  }
}

/**
 * Builds the multi-task classifier: preprocessing, backbone, global average pooling, dropout, and one head for each
 * task.
 *
 * @returns a model from float32 [n, height, width, 3], values from 0 to 255, to float32 [n, columns] for each task, in
 *   order.
 * @throws an `InvalidBackbone` if its `build` returns no feature maps, an `InvalidHead` if one does not add its layers; an
 *   error if there is no such backbone or head, or a task has the same name as a layer of the backbone.
 */
export function buildClassifier(
  tf: TensorFlow,
  { backbone, height, width, tasks }: Architecture,
  { dropout, seed, batchNormalizationMomentum, backbones = builtIn, heads }: ClassifierOptions,
): LayersModel {
  const chosen = backbones[backbone];
  if (chosen === undefined) throw new Error(`There is no backbone "${backbone}".`);
  const { name, preprocessing, build, afterPooling } = chosen;
  const layers = new LayerFactory(tf, seed, batchNormalizationMomentum);
  const input = tf.input({ name: 'image', shape: [height, width, 3] });
  const maps = build(
    layers,
    preprocessing === 'none' ? input : layers.rescaling(input, { name: 'preprocess', ...preprocessing }),
  );
  if (!(maps instanceof tf.SymbolicTensor))
    throw new InvalidBackbone(backbone, `its "build" returned ${inspect(maps)}`);
  const pooled = layers.globalAveragePooling2d(maps, { name: POOLING_LAYER });
  const features = afterPooling?.(layers, pooled) ?? pooled;
  const outputs = buildHeads(layers, features, headLayout(tasks, heads).heads, dropout);
  return tf.model({ name, inputs: input, outputs });
}
