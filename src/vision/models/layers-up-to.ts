import type { LayersModel, layers } from '@tensorflow/tfjs-node-gpu';
import { distance } from 'fastest-levenshtein';
import { problem, type Result, success } from '../../shared/problem.ts';
import { POOLING_LAYER } from './classifier.ts';

/** Stands for the backbone's last layer, whatever its name. */
const BACKBONE = 'backbone';

/** How many names a suggestion has. */
const SUGGESTED = 3;

/** @returns the layers of a classifier, in order, up to the one of this name, or all of its backbone. */
export function layersUpTo(model: LayersModel, name: string): Result<readonly layers.Layer[]> {
  const index = model.layers.findIndex((layer) => layer.name === (name === BACKBONE ? POOLING_LAYER : name));
  if (index >= 0) return success(model.layers.slice(0, name === BACKBONE ? index : index + 1));
  const names = [BACKBONE, ...model.layers.map((layer) => layer.name)];
  const near = names.toSorted((one, other) => distance(one, name) - distance(other, name)).slice(0, SUGGESTED);
  return problem(`«${model.name}» has no layer of the name «${name}»`, {
    advice: `Near it are ${near.join(', ')}. The model’s summary.txt lists all layers; ${BACKBONE} means all but the heads.`,
  });
}
