import type { Hdf5File } from './hdf5.ts';
import type { SavedLayer } from './saved-layer.ts';

/**
 * Reads the layers of a file in the layout of Keras 3's `.weights.h5`: one group per layer, named after its class and
 * its number within the class (`layers/conv2d_17/vars/0`). Newer files also contain the layers' names.
 */
export function layersByObject(file: Hdf5File): SavedLayer[] {
  // Nested models have the same layout; the weights of an optimizer are not those of layers and are skipped.
  const within = (path: string): SavedLayer[] =>
    ['layers', '_layer_checkpoint_dependencies'].flatMap((container) => {
      const root = `${path}/${container}`;
      return inOrder(file.names(root)).flatMap((object) => [
        ...layerAt(file, `${root}/${object}`, object),
        ...within(`${root}/${object}`),
      ]);
    });
  return within('');
}

function layerAt(file: Hdf5File, path: string, object: string): SavedLayer[] {
  const weights = file.names(`${path}/vars`).flatMap((_, index) => file.array(`${path}/vars/${index}`) ?? []);
  if (weights.length === 0) return [];
  const [name = object] = file.strings(`${path}/vars`, 'name') ?? [];
  return [{ name, kind: object.replace(/_\d+$/, ''), weights }];
}

/** Sorts by number: `conv2d`, `conv2d_1`, `conv2d_2`, …, `conv2d_10`. HDF5 sorts names alphabetically. */
function inOrder(objects: readonly string[]): string[] {
  const number = (object: string) => Number(/_(\d+)$/.exec(object)?.[1] ?? 0);
  return [...objects].sort((a, b) => number(a) - number(b));
}

/** Converts a class name to snake case as Keras does: `BatchNormalization` → `batch_normalization`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
