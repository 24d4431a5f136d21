import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import { kerasNumbering } from '../models/layers/keras-numbering.ts';
import { type LayerWeight, replaceCustomWeight } from '../models/layers/replace-custom-layers.ts';
import { writeArchive } from './archive.ts';
import { Hdf5Writer } from './hdf5.ts';
import type { KerasLayer } from './keras-layer.ts';
import { writeList } from './legacy-layout.ts';
import { describeModel, type KerasModel, modelConfig } from './model-description.ts';
import { snakeCase } from './object-layout.ts';

/** The tf_keras version that saved files declare. */
const KERAS_VERSION = '2.21.0';
const VERSION_ATTRIBUTES = { keras_version: KERAS_VERSION, backend: 'tensorflow' };

/** The file name and the save function of each format. */
const FORMATS = {
  h5: { file: 'model.h5', save: saveKerasH5 },
  keras: { file: 'model.keras', save: saveKerasArchive },
} as const;

export type KerasFormat = keyof typeof FORMATS;

export const kerasFormats = Object.keys(FORMATS) as readonly KerasFormat[];

/** Saves a model in each of the formats, as `model.h5` or `model.keras` in a directory. */
export async function saveForKeras(
  model: LayersModel,
  formats: readonly KerasFormat[],
  directory: string,
): Promise<void> {
  for (const format of formats) await FORMATS[format].save(model, path.join(directory, FORMATS[format].file));
}

/** Saves a whole model as `.h5` in the layout of Keras 2, which `load_model` of Keras 3 and tf_keras can read. */
export async function saveKerasH5(model: LayersModel, file: string): Promise<void> {
  const described = describeModel(model);
  await Hdf5Writer.write(file, (hdf5) => {
    for (const [name, value] of Object.entries(VERSION_ATTRIBUTES)) hdf5.text('/', name, value);
    hdf5.text('/', 'model_config', JSON.stringify(modelConfig(described, false)));
    const root = '/model_weights';
    hdf5.group(root);
    for (const [name, value] of Object.entries(VERSION_ATTRIBUTES)) hdf5.text(root, name, value);
    writeList(hdf5, root, 'layer_names', namesOf(described));
    for (const { name } of described.layers) {
      const group = `${root}/${name}`;
      hdf5.group(group);
      const weights = weightsOf(model, name).map((weight) => ({ ...weight, path: `${name}/${weight.name}:0` }));
      if (weights.length === 0) continue;
      writeList(
        hdf5,
        group,
        'weight_names',
        weights.map((weight) => weight.path),
      );
      hdf5.group(`${group}/${name}`);
      for (const weight of weights) writeWeight(hdf5, `${group}/${weight.path}`, weight);
    }
  });
}

/** Saves a whole model as `.keras`, which `load_model` of Keras 3 and tf_keras can read. */
export async function saveKerasArchive(model: LayersModel, file: string): Promise<void> {
  const described = describeModel(model);
  const weights = `${file}.weights`;
  try {
    await Hdf5Writer.write(weights, (hdf5) => {
      // tf_keras also expects a group for weights of the model itself.
      hdf5.group('/vars');
      hdf5.group('/layers');
      for (const { object, layer } of objectsOf(described)) writeObject(hdf5, `/layers/${object}`, layer, model);
    });
    const texts = {
      'metadata.json': JSON.stringify({ keras_version: KERAS_VERSION }),
      'config.json': JSON.stringify(modelConfig(described, true)),
    };
    await writeArchive(file, texts, weights);
  } finally {
    await rm(weights, { force: true });
  }
}

function writeObject(hdf5: Hdf5Writer, group: string, { className, name }: KerasLayer, model: LayersModel): void {
  hdf5.group(group);
  hdf5.group(`${group}/vars`);
  hdf5.text(`${group}/vars`, 'name', name);
  for (const [index, weight] of weightsOf(model, name).entries()) writeWeight(hdf5, `${group}/vars/${index}`, weight);
  if (className !== 'Dropout') return;
  // Keras 3 cannot load a Dropout layer without the state of its seed generator.
  const generator = `${group}/seed_generator`;
  hdf5.group(generator);
  hdf5.group(`${generator}/vars`);
  hdf5.integers(`${generator}/vars/0`, new Uint32Array(2), [2]);
}

/** Returns the layers with their object names in a `.keras` file: `conv2d`, `conv2d_1`, … */
function objectsOf({ layers }: KerasModel): { readonly object: string; readonly layer: KerasLayer }[] {
  const numbered = kerasNumbering();
  return layers.map((layer) => ({ object: numbered(snakeCase(layer.className)), layer }));
}

function namesOf({ layers }: KerasModel): string[] {
  return layers.map(({ name }) => name);
}

interface SavedWeight extends LayerWeight {
  readonly values: Tensor;
}

/** Returns the weights of a layer; none for a layer that replaces part of a custom layer. */
function weightsOf(model: LayersModel, layer: string): SavedWeight[] {
  const found = model.layers.find(({ name }) => name === layer);
  return (found?.weights ?? []).map((weight) => {
    const values = weight.read();
    const name = weight.originalName.replace(/^.*\//, '');
    return { ...replaceCustomWeight(found?.getClassName() ?? '', { name, shape: values.shape }), values };
  });
}

function writeWeight(hdf5: Hdf5Writer, path: string, { values, shape }: SavedWeight): void {
  hdf5.floats(path, values.dataSync<'float32'>(), shape);
}
