import type { Hdf5File, Hdf5Writer } from './hdf5.ts';
import type { SavedLayer } from './saved-layer.ts';

/** As much fits into the header of an HDF5 object; Keras splits longer lists. */
const MOST_BYTES = 64_512;

/**
 * The layers of a file as Keras 2 lays it out, and Keras 3 where it is asked for `.h5`: a group a layer, the names and
 * their order in attributes. Undefined where the file is laid out otherwise.
 */
export function layersByName(file: Hdf5File): SavedLayer[] | undefined {
  const root = file.names('/').includes('model_weights') ? '/model_weights' : '/';
  const names = readList(file, root, 'layer_names');
  if (names === undefined) return undefined;
  return names.flatMap((name) => {
    const group = `${root === '/' ? '' : root}/${name}`;
    const weights = (readList(file, group, 'weight_names') ?? []).map((weight) => {
      const array = file.array(`${group}/${weight}`);
      if (array === undefined) throw new Error(`there is no array «${group}/${weight}»`);
      return array;
    });
    return weights.length === 0 ? [] : [{ name, weights }];
  });
}

/** Reads a list that may have been split: `layer_names`, or `layer_names0`, `layer_names1`, … */
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

/** Writes a list of names, in parts where it is too long for one attribute. */
export function writeList(
  file: Hdf5Writer,
  path: string,
  attribute: string,
  values: readonly string[],
  mostBytes = MOST_BYTES,
): void {
  const bytes = Math.max(1, ...values.map((value) => Buffer.byteLength(value)));
  const each = Math.max(1, Math.floor(mostBytes / bytes));
  if (values.length <= each) {
    file.strings(path, attribute, values, bytes);
    return;
  }
  for (let start = 0; start < values.length; start += each) {
    file.strings(path, `${attribute}${start / each}`, values.slice(start, start + each), bytes);
  }
}
