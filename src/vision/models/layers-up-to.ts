import type { LayersModel, layers } from '@tensorflow/tfjs-node-gpu';
import { distance } from 'fastest-levenshtein';
import { problem, type Result, success } from '../../shared/problem.ts';
import { DROPOUT_LAYER } from './heads.ts';

/** Stands for the last layer of the backbone, whatever its name. */
const BACKBONE = 'backbone';

const MAX_SUGGESTIONS = 3;

/**
 * Returns the layers of a classifier up to and including the named one, in order; for `backbone`, the whole backbone.
 *
 * @returns a problem with similar names if there is no such layer.
 */
export function layersUpTo(model: LayersModel, name: string): Result<readonly layers.Layer[]> {
  const index = model.layers.findIndex((layer) => layer.name === (name === BACKBONE ? DROPOUT_LAYER : name));
  if (index >= 0) return success(model.layers.slice(0, name === BACKBONE ? index : index + 1));
  const names = [BACKBONE, ...model.layers.map((layer) => layer.name)];
  const near = names.toSorted((one, other) => distance(one, name) - distance(other, name)).slice(0, MAX_SUGGESTIONS);
  return problem(`"${model.name}" has no layer named "${name}"`, {
    advice: `Similar names are ${near.join(', ')}. The model's summary.txt lists all layers; "${BACKBONE}" stands for the whole backbone.`,
  });
}
