import type { Hdf5File } from './hdf5.ts';
import type { SavedLayer } from './saved-layer.ts';

/**
 * The layers of a file as Keras 3 lays `.weights.h5` out: a group for each object that has weights, called after its
 * class and its number among those of its class, `layers/conv2d_17/vars/0`. Newer files tell the layers' names too.
 */
export function layersByObject(file: Hdf5File): SavedLayer[] {
  // Models within models have the same inside; optimizers have weights of their own, which are not those of layers.
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

/** `conv2d`, `conv2d_1`, `conv2d_2`, …, `conv2d_10`: HDF5 has them by the alphabet. */
function inOrder(objects: readonly string[]): string[] {
  const number = (object: string) => Number(/_(\d+)$/.exec(object)?.[1] ?? 0);
  return [...objects].sort((a, b) => number(a) - number(b));
}

/** How Keras turns a class into the name of an object: `BatchNormalization` → `batch_normalization`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
