import { join } from 'node:path';
import type { FoundFile } from '../../../shared/files.ts';
import { parseJsonFile } from '../../../shared/parse-json.ts';
import { type Loose, listOf, numberOf, objectOf, textOf } from './loose-json.ts';
import { type Shape, shapesOf } from './shapes.ts';
import { type DeclaredLayer, layersOf } from './topology.ts';

const TOPOLOGY_FILE = 'model.json';
/** JSON files beside the model are shown with their content up to this size. */
const MAX_INLINE_BYTES = 10_000;

export interface ModelLayer {
  readonly name: string;
  readonly type: string;
  readonly shape: Shape | null;
  readonly parameters: number;
  readonly trainable: number;
}

/** A model in the format that TensorFlow.js loads. */
export interface ModelContent {
  readonly kind: 'model';
  readonly format: string;
  readonly name: string;
  readonly layers: readonly ModelLayer[];
  readonly parameters: number;
  readonly trainable: number;
  /** The size of the weights. */
  readonly bytes: number;
  /** The number of parameters, by the dtype of the stored weights. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  /** The other files, with the content of small JSON files. */
  readonly beside: readonly { readonly file: string; readonly bytes: number; readonly value?: unknown }[];
}

interface Weight {
  readonly name: string;
  readonly parameters: number;
  readonly dtype: string;
  readonly bytes: number;
}

const DTYPE_BYTES: Readonly<Record<string, number>> = { bool: 1, uint8: 1, uint16: 2, float16: 2, complex64: 8 };

/** Describes the model in a directory. Returns undefined if there is none. */
export function inspectModel(directory: string, found: readonly FoundFile[]): ModelContent | undefined {
  if (!found.some(({ path }) => path === TOPOLOGY_FILE)) return undefined;
  const file = objectOf(readJson(join(directory, TOPOLOGY_FILE)));
  const topology = objectOf(file['modelTopology']);
  if (Object.keys(topology).length === 0) return undefined;
  const groups = listOf(file['weightsManifest']).map(objectOf);
  const weights = groups.flatMap((group) => listOf(group['weights']).map(toWeight));
  const layers = withParameters(layersOf(topology), weights);
  const bytes = weights.reduce((sum, weight) => sum + weight.bytes, 0);
  const paths = groups.flatMap((group) => listOf(group['paths']).flatMap((path) => textOf(path) ?? []));
  return {
    kind: 'model',
    format: textOf(file['format']) ?? ('node' in topology ? 'graph-model' : 'layers-model'),
    name: textOf(objectOf(topology['config'])['name']) ?? '',
    layers,
    parameters: weights.reduce((sum, weight) => sum + weight.parameters, 0),
    trainable: layers.reduce((sum, layer) => sum + layer.trainable, 0),
    bytes,
    dtypes: byType(weights),
    faults: weightFaults(found, paths, bytes),
    beside: found.flatMap((other) =>
      other.path === TOPOLOGY_FILE || paths.includes(other.path) ? [] : [besideOf(directory, other)],
    ),
  };
}

/** Counts the parameters of each layer. Weights are named `LAYER/KIND`; those of no layer come last, under their prefix. */
function withParameters(declared: readonly DeclaredLayer[], weights: readonly Weight[]): ModelLayer[] {
  const shapes = shapesOf(declared);
  // The weights of nested layers are named without the name of the model that contains them.
  const byName = new Map(declared.map((layer) => [layer.name.slice(layer.name.lastIndexOf('/') + 1), layer]));
  const of = new Map<DeclaredLayer | string, { parameters: number; trainable: number }>();
  for (const { name, parameters } of weights) {
    const owner = ownerOf(name, byName);
    const counts = of.get(owner) ?? { parameters: 0, trainable: 0 };
    counts.parameters += parameters;
    if (typeof owner !== 'string' && owner.trainable && !isStatistic(name)) counts.trainable += parameters;
    of.set(owner, counts);
  }
  const layers = declared.map((layer) => ({
    name: layer.name,
    type: layer.type,
    shape: shapes.get(layer.name) ?? null,
    ...(of.get(layer) ?? { parameters: 0, trainable: 0 }),
  }));
  const others = [...of].flatMap(([owner, counts]) =>
    typeof owner === 'string' ? [{ name: owner, type: '', shape: null, ...counts }] : [],
  );
  return [...layers, ...others];
}

function ownerOf(weight: string, layers: ReadonlyMap<string, DeclaredLayer>): DeclaredLayer | string {
  const parts = weight.split('/');
  for (let length = parts.length - 1; length > 0; length -= 1) {
    for (let start = 0; start + length < parts.length; start += 1) {
      const layer = layers.get(parts.slice(start, start + length).join('/'));
      if (layer !== undefined) return layer;
    }
  }
  return parts[0] ?? weight;
}

/** What is measured and not learnt. TensorFlow.js numbers names that it has used before. */
function isStatistic(weight: string): boolean {
  return /\/moving_(mean|variance)(_\d+)?$/.test(weight);
}

function toWeight(value: unknown): Weight {
  const weight = objectOf(value);
  const parameters = listOf(weight['shape']).reduce<number>((all, size) => all * (numberOf(size) ?? 1), 1);
  const dtype = textOf(objectOf(weight['quantization'])['dtype']) ?? textOf(weight['dtype']) ?? '?';
  return { name: textOf(weight['name']) ?? '?', parameters, dtype, bytes: parameters * (DTYPE_BYTES[dtype] ?? 4) };
}

function byType(weights: readonly Weight[]): Record<string, number> {
  const types: Record<string, number> = {};
  for (const { dtype, parameters } of weights) types[dtype] = (types[dtype] ?? 0) + parameters;
  return types;
}

/** Files that the model names, but that are not in its directory, count as missing, wherever their paths lead. */
function weightFaults(found: readonly FoundFile[], paths: readonly string[], expected: number): string[] {
  const known = new Map(found.map(({ path, bytes }) => [path, bytes]));
  const sizes = paths.map((path) => known.get(path));
  const missing = paths.filter((_path, index) => sizes[index] === undefined);
  if (missing.length > 0) return missing.map((path) => `${path} is missing`);
  const actual = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return actual === expected ? [] : [`${paths.join(', ')}: ${actual} bytes, expected ${expected}`];
}

function besideOf(directory: string, { path, bytes }: FoundFile): ModelContent['beside'][number] {
  const value = path.endsWith('.json') && bytes <= MAX_INLINE_BYTES ? readJson(join(directory, path)) : undefined;
  return { file: path, bytes, ...(value !== undefined && { value }) };
}

/** Returns nothing if a file is not JSON; the directory is then shown as plain files. */
function readJson(path: string): Loose | undefined {
  return parseJsonFile(path, 'modelTopology')?.value as Loose | undefined;
}
