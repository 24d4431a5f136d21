import type { LayersModel, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Heads, HeadTask } from '../../src/vision/heads/head.ts';
import type { BackboneName } from '../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import type { TensorFlow } from '../../src/vision/tensorflow/load.ts';

export const VARIED_TASKS = [
  { name: 'neck_design', classes: 5 },
  { name: 'coat_length', classes: 8 },
];

/** Builds a classifier whose weights all differ from constants: initial zeros and ones would hide missing weights. */
export function variedModel(
  tf: TensorFlow,
  backbone: BackboneName,
  size: number,
  tasks: readonly HeadTask[] = VARIED_TASKS,
  heads: Heads = {},
): LayersModel {
  const architecture = { backbone, height: size, width: size, tasks };
  const model = buildClassifier(tf, architecture, { dropout: 0.5, seed: 1, heads });
  for (const [seed, weight] of model.weights.entries()) {
    const variable = weight.read() as Variable;
    const between = (least: number, most: number) =>
      tf.tidy(() => variable.assign(tf.randomUniform(variable.shape, least, most, 'float32', seed)));
    if (/gamma|variance/.test(weight.originalName)) between(0.7, 1.3);
    else if (/beta|mean|bias/.test(weight.originalName)) between(-0.1, 0.1);
  }
  return model;
}

/** Returns images with the variety of photographs, as uint8 of shape [count, size, size, 3]. */
export function variedImages(count: number, size: number): Uint8Array {
  return Uint8Array.from({ length: count * size * size * 3 }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
}
