import { problem, type Result } from '../../shared/problem.ts';
import { withWeightsOf } from './archive.ts';
import { type Hdf5Array, Hdf5File, kindOfFile } from './hdf5.ts';
import { layersByName } from './legacy-layout.ts';
import { layersByObject } from './object-layout.ts';
import type { SavedLayer } from './saved-layer.ts';

/** The weights in an open file saved by Keras. */
export interface SavedWeights {
  /** The layers in the order of the model. */
  readonly layers: readonly SavedLayer[];
  readonly read: (weight: Hdf5Array) => Result<Float32Array>;
}

/**
 * Opens any file in which Keras saves weights: `.h5` (model or weights only), `.weights.h5` or `.keras`. The format is
 * detected from the content.
 *
 * @param scratch a folder for temporary files, which are deleted afterwards.
 * @param use reads the weights; the file is closed when it returns.
 */
export async function withSavedWeights<Value>(
  file: string,
  scratch: string,
  use: (weights: SavedWeights) => Result<Value>,
): Promise<Result<Value>> {
  const kind = kindOfFile(file);
  if (!kind.ok) return kind;
  switch (kind.value) {
    case 'hdf5':
      return withHdf5(file, use);
    case 'zip':
      return withWeightsOf(file, scratch, (weights) => withHdf5(weights, use));
    case 'other':
      return problem('this is neither an HDF5 file nor a .keras archive', {
        at: { file },
        advice: 'Use a file saved by Keras: .h5, .weights.h5 or .keras.',
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
