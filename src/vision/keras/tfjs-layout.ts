import { readFileSync } from 'node:fs';
import path from 'node:path';
import { groupBy } from '../../shared/group-by.ts';
import { readJsonFile } from '../../shared/json-file.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { SavedLayer, SavedWeights } from './saved-layer.ts';

const manifestSchema = {
  type: 'object',
  required: ['weightsManifest'],
  properties: {
    format: { type: 'string' },
    weightsManifest: {
      type: 'array',
      items: {
        type: 'object',
        required: ['paths', 'weights'],
        properties: {
          // A name beside model.json.
          paths: { type: 'array', items: { type: 'string', pattern: '^[^/\\\\]+$', not: { enum: ['.', '..'] } } },
          weights: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'shape', 'dtype'],
              properties: {
                name: { type: 'string' },
                shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
                dtype: { enum: ['float32'] },
                quantization: {
                  type: 'object',
                  required: ['dtype'],
                  properties: {
                    dtype: { enum: ['uint8', 'uint16', 'float16'] },
                    scale: { type: 'number' },
                    min: { type: 'number' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;

/** The name, shape and type of a weight in the shards. */
type WeightSpec = Parameters<TensorFlow['io']['decodeWeights']>[1][number];

interface Manifest {
  readonly format?: string;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly WeightSpec[];
  }[];
}

/**
 * Returns the files of a layers model in TensorFlow.js' format: `model.json`, then its shards in order.
 *
 * @param file the path of `model.json`.
 */
export async function tfjsFiles(file: string): Promise<Result<readonly string[]>> {
  const manifest = await readManifest(file);
  if (!manifest.ok) return manifest;
  const shards = manifest.value.weightsManifest.flatMap(({ paths }) => paths);
  return success([file, ...shards.map((shard) => path.join(path.dirname(file), shard))]);
}

/**
 * Reads the weights of a layers model in TensorFlow.js' format. Weights quantized to 8 or 16 bits are converted to float32.
 *
 * @param file the path of `model.json`.
 */
export async function withTfjsWeights<Value>(
  tf: TensorFlow,
  file: string,
  use: (weights: SavedWeights) => Result<Value>,
): Promise<Result<Value>> {
  const manifest = await readManifest(file);
  if (!manifest.ok) return manifest;
  const specs = manifest.value.weightsManifest.flatMap(({ weights }) => weights);
  const data = readShards(file, manifest.value, specs);
  if (!data.ok) return data;
  const tensors = tf.io.decodeWeights(data.value, specs);
  try {
    return use({
      layers: layersOf(specs),
      read: ({ path: name }) => success(tensors[name]?.dataSync<'float32'>() ?? new Float32Array(0)),
    });
  } finally {
    tf.dispose(tensors);
  }
}

async function readManifest(file: string): Promise<Result<Manifest>> {
  const advice = 'Use the model.json of a layers model, with its shards beside it. A graph model has no layers.';
  const manifest = await readJsonFile<Manifest>(file, manifestSchema, {
    unreadable: 'cannot read the weights',
    misshapen: 'this is not a layers model of TensorFlow.js',
    called: 'model.json',
    advice,
  });
  if (!manifest.ok || manifest.value.format !== 'graph-model') return manifest;
  return problem('this is a graph model of TensorFlow.js', { at: { file }, advice });
}

/** Reads and concatenates the shards; a problem if one is missing or they have another length than the manifest says. */
function readShards(file: string, { weightsManifest }: Manifest, specs: readonly WeightSpec[]): Result<ArrayBuffer> {
  const parts: Buffer[] = [];
  for (const name of weightsManifest.flatMap(({ paths }) => paths)) {
    const shard = path.join(path.dirname(file), name);
    try {
      parts.push(readFileSync(shard));
    } catch (error) {
      return problem(`cannot read a shard of the weights: ${reasonOf(error)}`, {
        at: { file: shard },
        advice: 'Copy all files of the model into one folder.',
      });
    }
  }
  const found = parts.reduce((sum, { length }) => sum + length, 0);
  const expected = specs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  if (found !== expected) {
    return problem(`the shards of the weights have ${found} bytes, expected ${expected}`, {
      at: { file },
      advice: 'Copy or download the files of the model again.',
    });
  }
  return success(new Uint8Array(Buffer.concat(parts)).buffer);
}

function bytesOf({ shape, quantization }: WeightSpec): number {
  const size = shape.reduce((product, length) => product * length, 1);
  if (quantization === undefined) return size * 4;
  return size * (quantization.dtype === 'uint8' ? 1 : 2);
}

/** Groups weights by layer: `block_1_expand/kernel` is the weight `kernel` of the layer `block_1_expand`. */
function layersOf(specs: readonly WeightSpec[]): SavedLayer[] {
  const layers = groupBy(specs, ({ name }) => name.replace(/\/[^/]*$/, ''));
  return Array.from(layers, ([layer, weights]) => {
    return { name: layer, weights: weights.map(({ name, shape }) => ({ path: name, shape })) };
  });
}
