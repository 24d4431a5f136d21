import { isDeepStrictEqual } from 'node:util';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { isObject } from '../../shared/shapes.ts';
import { counted, listed, quoted } from '../../shared/wording.ts';
import { type LayerJson, replaceCustomLayers } from './layers/replace-custom-layers.ts';

/** How many layers are described. */
const MOST_DESCRIBED = 3;

/**
 * What a training may set or a new model numbers anew, at any depth: initial weights, fine-tuning, penalties and names.
 * None of it changes what trained weights compute.
 */
const WITHOUT_EFFECT =
  /^(name|trainable|momentum|inbound_nodes|input_layers|output_layers|.*_(initializer|regularizer|constraint))$/;

/** A layer as far as it decides what a model computes. Its weights are compared when they are loaded. */
interface ComparedLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The inputs, with the positions of the layers instead of their names. */
  readonly inputs: unknown;
}

/**
 * Compares the layers of a saved model with those of a newly built one. Layers without weights, such as that of the
 * preprocessing, can differ although all weights match. They are compared by position, since default names of TensorFlow.js
 * are numbered by process.
 *
 * @param savedTopology what `model.json` has as `modelTopology`.
 * @returns descriptions of the first layers that differ; none if both compute the same.
 */
export function layerDifferences(savedTopology: unknown, model: LayersModel): readonly string[] {
  const saved = layersOf(savedTopology);
  const built = layersOf(model.toJSON(undefined, false));
  if (saved === undefined || built === undefined) return ['the model has no list of layers'];
  const [before, now] = [compared(saved), compared(replaceCustomLayers(built))];
  const differences: string[] = [];
  for (const [position, layer] of now.entries()) {
    const other = before[position];
    if (other === undefined || other.className !== layer.className) {
      // All layers after this one are moved.
      const instead =
        other === undefined ? `lacks ${called(layer)}` : `has ${called(other)} instead of ${called(layer)}`;
      differences.push(`the model ${instead}`);
      return differences.slice(0, MOST_DESCRIBED);
    }
    const difference = differenceOf(other, layer);
    if (difference !== undefined) differences.push(difference);
  }
  const more = before[now.length];
  if (more !== undefined) differences.push(`the model also has ${called(more)}`);
  const omitted = differences.length - MOST_DESCRIBED;
  const rest = omitted > 0 ? [counted(omitted, 'more layer')] : [];
  return [...differences.slice(0, MOST_DESCRIBED), ...rest];
}

function layersOf(topology: unknown): readonly LayerJson[] | undefined {
  if (!isObject(topology) || !isObject(topology['config'])) return undefined;
  const { layers } = topology['config'];
  return Array.isArray(layers) && layers.every(isLayer) ? layers : undefined;
}

function isLayer(value: unknown): value is LayerJson {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['class_name'] === 'string' &&
    isObject(value['config']) &&
    Array.isArray(value['inbound_nodes'])
  );
}

function compared(layers: readonly LayerJson[]): readonly ComparedLayer[] {
  const positions = new Map(layers.map(({ name }, position) => [name, position]));
  const positioned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(positioned);
    return typeof value === 'string' ? (positions.get(value) ?? value) : value;
  };
  return layers.map(({ name, class_name: className, config, inbound_nodes }) => ({
    name,
    className,
    // Dropout acts in training alone, and the rate is a param of it.
    config: className === 'Dropout' ? {} : withEffect(config),
    inputs: positioned(JSON.parse(JSON.stringify(inbound_nodes))),
  }));
}

function withEffect(config: LayerJson['config']): LayerJson['config'] {
  return JSON.parse(JSON.stringify(config, (key, value) => (WITHOUT_EFFECT.test(key) ? undefined : value)));
}

function differenceOf(saved: ComparedLayer, built: ComparedLayer): string | undefined {
  const keys = [...new Set([...Object.keys(saved.config), ...Object.keys(built.config)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(saved.config[key], built.config[key]));
  if (changed.length > 0) return `the layer ${quoted(built.name)} was trained with another ${listed(changed)}`;
  const hasSameInputs = isDeepStrictEqual(saved.inputs, built.inputs);
  return hasSameInputs ? undefined : `the layer ${quoted(built.name)} was trained with other inputs`;
}

function called({ name, className }: ComparedLayer): string {
  return `the layer ${quoted(name)} (${className})`;
}
