import { statSync } from 'node:fs';
import path from 'node:path';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { withWeightsOf } from './archive.ts';
import { Hdf5File, kindOfFile } from './hdf5.ts';
import { layersByName } from './legacy-layout.ts';
import { layersByObject } from './object-layout.ts';
import type { SavedWeights } from './saved-layer.ts';
import { tfjsFiles, withTfjsWeights } from './tfjs-layout.ts';

/** Returns all files of the weights: one, or for a model of TensorFlow.js its `model.json` and then its shards. */
export async function weightsFiles(given: string): Promise<Result<readonly string[]>> {
  const file = weightsFileIn(given);
  const kind = kindOfFile(file);
  if (!kind.ok) return kind;
  return kind.value === 'json' ? tfjsFiles(file) : success([file]);
}

/** Returns the file with the weights, or with their names: `model.json` in a folder, which TensorFlow.js saves. */
function weightsFileIn(given: string): string {
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() ? path.join(given, 'model.json') : given;
}

/**
 * Opens any file in which Keras saves weights, `.h5` (model or weights only), `.weights.h5` or `.keras`, or a layers model
 * of TensorFlow.js. The format is detected from the content.
 *
 * @param given a file, or the folder of a TensorFlow.js model.
 * @param scratch a folder for temporary files, which are deleted afterwards.
 * @param use reads the weights; the file is closed when it returns.
 */
export async function withSavedWeights<Value>(
  tf: TensorFlow,
  given: string,
  scratch: string,
  use: (weights: SavedWeights) => Result<Value>,
): Promise<Result<Value>> {
  const file = weightsFileIn(given);
  const kind = kindOfFile(file);
  if (!kind.ok) return kind;
  switch (kind.value) {
    case 'hdf5':
      return withHdf5(file, use);
    case 'zip':
      return withWeightsOf(file, scratch, (weights) => withHdf5(weights, use));
    case 'json':
      return withTfjsWeights(tf, file, use);
    case 'other':
      return problem('this is neither an HDF5 file, nor a .keras archive, nor a model.json of TensorFlow.js', {
        at: { file },
        advice: 'Use a file saved by Keras (.h5, .weights.h5, .keras), or a layers model of TensorFlow.js.',
      });
    default:
      return kind.value satisfies never;
  }
}

async function withHdf5<Value>(file: string, use: (weights: SavedWeights) => Result<Value>): Promise<Result<Value>> {
  const opened = await Hdf5File.open(file);
  if (!opened.ok) return opened;
  const hdf5 = opened.value;
  try {
    const layers = hdf5.attempt(() => layersByName(hdf5) ?? layersByObject(hdf5));
    if (!layers.ok) return layers;
    if (layers.value.length === 0) {
      return problem('the HDF5 file contains no layer weights', {
        at: { file },
        advice: 'Use a file saved by Keras with save() or save_weights().',
      });
    }
    return use({ layers: layers.value, read: (weight) => hdf5.read(weight) });
  } finally {
    hdf5.close();
  }
}
