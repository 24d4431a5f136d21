import path from 'node:path';
import { Ajv } from 'ajv';
import { parseJson } from '../../shared/parse-json.ts';
import { resolveBelow } from '../../shared/paths-below.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { readBytes, readText } from '../../shared/read-file.ts';
import type { FromSchema } from '../../shared/schema-type.ts';

export const TOPOLOGY_FILE = 'model.json';
const RETRAIN = 'Rerun the stage that trained the model.';

const schema = {
  type: 'object',
  required: ['modelTopology', 'weightsManifest'],
  properties: {
    modelTopology: { type: 'object' },
    weightsManifest: {
      type: 'array',
      items: {
        type: 'object',
        required: ['paths', 'weights'],
        properties: {
          paths: { type: 'array', items: { type: 'string' } },
          weights: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'shape', 'dtype'],
              properties: {
                name: { type: 'string' },
                shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
                // The only type that `saveModel` writes.
                dtype: { const: 'float32' },
              },
            },
          },
        },
      },
    },
  },
} as const;

type ModelFile = FromSchema<typeof schema>;

/** A saved model as `tf.io.fromMemory` takes it. */
export interface SavedModel {
  readonly modelTopology: object;
  readonly weightSpecs: { name: string; shape: number[]; dtype: 'float32' }[];
  readonly weightData: ArrayBuffer;
}

/**
 * Reads the files of a saved model: `model.json` and the weights that it names. TensorFlow.js' own reader would follow
 * their paths to anywhere on the disk. A file outside the model's directory, a missing one, and one of another length
 * than the shapes of the weights need are problems.
 */
export function readSavedModel(directory: string): Result<SavedModel> {
  const at = { file: path.join(directory, TOPOLOGY_FILE) };
  const invalid = (reason: string) => problem(`cannot load the model: ${reason}`, { at, advice: RETRAIN });
  const text = readText(at.file, 'modelTopology', 'follow');
  if (!text.ok) return invalid(text.failure.reason);
  const ajv = new Ajv();
  const isModelFile = ajv.compile<ModelFile>(schema);
  const file = parseJson(text.value)?.value;
  if (file === undefined) return invalid('it is not valid JSON');
  if (!isModelFile(file)) return invalid(ajv.errorsText(isModelFile.errors, { dataVar: 'model' }));
  const parts: Buffer[] = [];
  for (const name of file.weightsManifest.flatMap(({ paths }) => paths)) {
    const found = resolveBelow(directory, name);
    if (!found.ok) {
      const reason = found.failure.kind === 'missing' ? 'does not exist' : 'is outside the model';
      return invalid(`the file of weights "${name}" ${reason}`);
    }
    const bytes = readBytes(found.value, 'weights');
    if (!bytes.ok) return invalid(`the file of weights "${name}" cannot be read: ${bytes.failure.reason}`);
    parts.push(bytes.value);
  }
  const weightSpecs = file.weightsManifest.flatMap(({ weights }) => weights);
  const expected = 4 * weightSpecs.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
  const weightData = joined(parts);
  if (weightData.byteLength !== expected)
    return invalid(`its weights have ${weightData.byteLength} bytes, expected ${expected}`);
  return success({
    modelTopology: file.modelTopology,
    weightSpecs: weightSpecs.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    weightData,
  });
}

function joined(parts: readonly Buffer[]): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}
