import { posix } from 'node:path';
import type { Hdf5File, Hdf5Writer } from './hdf5.ts';
import type { SavedLayer } from './saved-layer.ts';

/** The maximum size of an HDF5 object header (`HDF5_OBJECT_HEADER_LIMIT` in Keras), which splits longer lists. */
const MAX_ATTRIBUTE_BYTES = 64_512;

/**
 * Reads the layers of a file in the layout of Keras 2 (and of Keras 3 for `.h5`): one group per layer, with the names
 * and their order in attributes. A nested model, such as the stem of ConvNeXt, counts as its layers.
 *
 * @returns undefined if the file has another layout.
 * @throws if a dataset that the attributes name does not exist.
 */
export function layersByName(file: Hdf5File): SavedLayer[] | undefined {
  const root = file.names('/').includes('model_weights') ? '/model_weights' : '/';
  const names = readList(file, root, 'layer_names');
  if (names === undefined) return undefined;
  return names.flatMap((name) => {
    const group = `${root === '/' ? '' : root}/${name}`;
    const weights = (readList(file, group, 'weight_names') ?? []).map((weight) => {
      const array = file.array(`${group}/${weight}`);
      if (array === undefined) throw new Error(`there is no dataset "${group}/${weight}"`);
      return { ...array, layer: posix.dirname(weight) };
    });
    const owners = [...new Set(weights.map(({ layer }) => layer))];
    if (owners.length <= 1) return weights.length === 0 ? [] : [{ name, weights }];
    return owners.map((owner) => ({
      name: posix.basename(owner),
      weights: weights.filter(({ layer }) => layer === owner),
    }));
  });
}

/** Reads a list that may be split over several attributes: `layer_names`, or `layer_names0`, `layer_names1`, … */
function readList(file: Hdf5File, path: string, attribute: string): readonly string[] | undefined {
  const whole = file.strings(path, attribute);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let index = 0; ; index += 1) {
    const part = file.strings(path, `${attribute}${index}`);
    if (part === undefined) return index === 0 ? undefined : parts;
    parts.push(...part);
  }
}

/** Writes a list of names, split over several attributes if it is too long for one. */
export function writeList(
  file: Hdf5Writer,
  path: string,
  attribute: string,
  values: readonly string[],
  maxBytes = MAX_ATTRIBUTE_BYTES,
): void {
  const bytes = Math.max(1, ...values.map((value) => Buffer.byteLength(value)));
  const each = Math.max(1, Math.floor(maxBytes / bytes));
  if (values.length <= each) {
    file.strings(path, attribute, values, bytes);
    return;
  }
  for (let start = 0; start < values.length; start += each) {
    file.strings(path, `${attribute}${start / each}`, values.slice(start, start + each), bytes);
  }
}
