import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { loadKerasWeights } from '../../../src/vision/keras/load-weights.ts';
import { weightsFiles } from '../../../src/vision/keras/saved-weights.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';
import { VARIED_TASKS, variedModel } from '../../support/varied-model.ts';

const tf = await tensorFlow();

const heads = VARIED_TASKS.map(({ name }) => name);
const saved = variedModel(tf, 'mobilenet-v2', 32);

/** Returns the same architecture with other weights. */
function other(): LayersModel {
  const model = variedModel(tf, 'mobilenet-v2', 32);
  tf.tidy(() => model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight))));
  return model;
}

const load = (model: LayersModel, file: string) =>
  expectNoLeak(tf, () => loadKerasWeights(tf, model, file, { heads, scratch: temporaryFolder() }));

/** Returns the least and the largest value. Spreading them as arguments would exceed the stack. */
function rangeOf(values: ArrayLike<number>): [number, number] {
  return Array.from(values).reduce(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** Returns the largest difference of two weights, relative to the range of each tensor. */
function apart(one: LayersModel, two: LayersModel): number {
  const differences = one.getWeights().map((weight, index) => {
    const [a, b] = [weight.dataSync<'float32'>(), two.getWeights()[index]?.dataSync<'float32'>() ?? []];
    const [min, max] = rangeOf(a);
    return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0) / (max - min || 1);
  });
  return Math.max(...differences);
}

/** Saves the model as TensorFlow.js does, in one shard. */
async function folderOf(): Promise<string> {
  const folder = join(temporaryFolder(), 'model');
  await saved.save(`file://${folder}`);
  return folder;
}

/** Quantizes the weights of a saved model, as the option `--quantize_uint8` of tensorflowjs_converter does. */
function quantize(folder: string, dtype: 'uint8' | 'uint16'): void {
  const file = join(folder, 'model.json');
  const model = JSON.parse(readFileSync(file, 'utf8'));
  const [group] = model.weightsManifest as { weights: { shape: number[]; quantization?: object }[] }[];
  const floats = new Float32Array(Uint8Array.from(readFileSync(join(folder, 'weights.bin'))).buffer);
  let at = 0;
  const parts = (group?.weights ?? []).map((spec) => {
    const values = floats.subarray(at, at + spec.shape.reduce((product, length) => product * length, 1));
    at += values.length;
    const [min, max] = rangeOf(values);
    const scale = (max - min) / (dtype === 'uint8' ? 255 : 65535) || 1;
    spec.quantization = { dtype, scale, min };
    const levels = Array.from(values, (value) => Math.round((value - min) / scale));
    return Buffer.from((dtype === 'uint8' ? Uint8Array : Uint16Array).from(levels).buffer);
  });
  writeFileSync(file, JSON.stringify(model));
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(parts));
}

describe('a layers model of TensorFlow.js', () => {
  test('is loaded by layer name, heads included, from its folder or its model.json', async () => {
    const folder = await folderOf();
    for (const given of [folder, join(folder, 'model.json')]) {
      const model = other();
      expect(unwrap(await load(model, given))).toEqual({ skippedHeads: [] });
      expect(apart(saved, model)).toBe(0);
      model.dispose();
    }
  });

  test.each([
    ['uint8', 1 / 255],
    ['uint16', 1 / 65535],
  ] as const)('quantized to %s is converted to float32', async (dtype, step) => {
    const folder = await folderOf();
    quantize(folder, dtype);
    const model = other();
    unwrap(await load(model, folder));
    expect(apart(saved, model)).toBeLessThan(step * 0.6);
    expect(apart(saved, model)).toBeGreaterThan(0);
    model.dispose();
  });

  test('consists of its model.json and its shards', async () => {
    const folder = await folderOf();
    expect(unwrap(await weightsFiles(folder))).toEqual([join(folder, 'model.json'), join(folder, 'weights.bin')]);
  });
});

describe('a layers model of TensorFlow.js is refused', () => {
  const problemOf = async (given: string) => {
    const loaded = await load(saved, given);
    return loaded.ok ? undefined : loaded.failure[0];
  };

  test('when a shard is missing or has another length', async () => {
    const folder = await folderOf();
    const shard = join(folder, 'weights.bin');
    const { length } = readFileSync(shard);
    writeFileSync(shard, readFileSync(shard).subarray(0, 1000));
    expect((await problemOf(folder))?.message).toBe(`the shards of the weights have 1000 bytes, expected ${length}`);
    rmSync(shard);
    expect(await problemOf(folder)).toEqual({
      message: 'cannot read a shard of the weights: there is no such file or folder',
      at: { file: shard },
      advice: 'Copy all files of the model into one folder.',
    });
  });

  test('when it is a graph model, is not JSON, or names a shard in another folder', async () => {
    const file = join(temporaryFolder(), 'model.json');
    const messageFor = async (content: string) => {
      writeFileSync(file, content);
      return (await problemOf(file))?.message;
    };
    expect(await messageFor('{"format":"graph-model","weightsManifest":[]}')).toBe(
      'this is a graph model of TensorFlow.js',
    );
    expect(await messageFor('{"weightsManifest":')).toMatch(/^cannot read the weights: .*JSON/);
    expect(await messageFor('{"weightsManifest":[{"paths":["../x.bin"],"weights":[]}]}')).toMatch(
      /weightsManifest\/0\/paths\/0 must match pattern/,
    );
  });
});
