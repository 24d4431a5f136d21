import path from 'node:path';
import type { NumberGroup, ValueReader } from '../../shared/extensions/values.ts';
import { readSavedModel } from '../models/saved-model-file.ts';

const WEIGHTS_FILE = 'weights.bin';
const FLOAT_BYTES = 4;

/** The weights of a saved model: each tensor is a group. Names and shapes are in `model.json` beside them. */
export const weightValues: ValueReader = {
  async read({ path: file }) {
    if (path.basename(file) !== WEIGHTS_FILE) return undefined;
    const model = readSavedModel(path.dirname(file));
    if (!model.ok) return undefined;
    const { weightSpecs, weightData } = model.value;
    let start = 0;
    const numbers = weightSpecs.map(({ name, shape }): NumberGroup => {
      const values = new Float32Array(weightData, start, product(shape));
      start += FLOAT_BYTES * values.length;
      return { name, values };
    });
    return { numbers, others: new Map() };
  },
};

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}
