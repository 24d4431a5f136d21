import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { bytes } from '../../../src/shared/text/format.ts';
import { loadKerasWeights } from '../../../src/vision/keras/load-weights.ts';
import { saveKerasH5 } from '../../../src/vision/keras/save-model.ts';
import { LayerFactory } from '../../../src/vision/models/layers/layer-factory.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

const HEADS = ['colour', 'shade'];
const FILES = ['keras.h5', 'keras.keras', 'keras.weights.h5'].map((name) => join(import.meta.dirname, 'files', name));
const [H5 = '', KERAS = ''] = FILES;

/** Builds the model that files/make.py saved with Keras. Unless `named`, its layers have the factory's default names. */
function tiny({ filters = 2, shades = 2, named = true, more = false } = {}): LayersModel {
  const layers = new LayerFactory(tf, 1);
  const name = (of: string) => (named ? { name: of } : {});
  const image = tf.input({ name: 'image', shape: [8, 8, 3] });
  let x = layers.conv2d(image, { ...name('conv'), filters, kernelSize: 3, strides: 2, useBias: false });
  x = layers.batchNormalization(x, { ...name('bn'), scale: false });
  x = tf.layers
    .separableConv2d({ ...name('separable'), filters: 2, kernelSize: 3, padding: 'same' })
    .apply(x) as typeof x;
  if (more) x = layers.conv2d(x, { name: 'another', filters: 2, kernelSize: 1, useBias: false });
  x = layers.globalAveragePooling2d(x, { name: 'pool' });
  const heads = [
    layers.softmaxClassifier(x, { name: 'colour', classes: 3 }),
    layers.softmaxClassifier(x, { name: 'shade', classes: shades }),
  ];
  return tf.model({ name: 'tiny', inputs: image, outputs: heads });
}

const valuesOf = (model: LayersModel, layers?: readonly string[]) =>
  model.layers
    .filter(({ name }) => layers === undefined || layers.includes(name))
    .flatMap((layer) => layer.getWeights().flatMap((weight) => [...weight.dataSync()]))
    .map((value) => Math.round(value * 10));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const load = (model: LayersModel, file: string) =>
  expectNoLeak(tf, () => loadKerasWeights(tf, model, file, { heads: HEADS, scratch: temporaryFolder() }));

describe('loading the weights of a file saved by Keras', () => {
  test.each(FILES)('matches layers by name, heads included: %s', async (file) => {
    const model = tiny();
    expect(unwrap(await load(model, file))).toEqual({ skippedHeads: [] });
    expect(valuesOf(model)).toEqual(upTo(54 + 6 + 24 + 9 + 6));
  });

  test.each(FILES)('matches layers by order when their names differ: %s', async (file) => {
    const model = tiny({ named: false });
    unwrap(await load(model, file));
    expect(valuesOf(model)).toEqual(upTo(54 + 6 + 24 + 9 + 6));
  });

  test('keeps the weights of a head whose shape differs, and returns the reason', async () => {
    const model = tiny({ shades: 4 });
    const before = valuesOf(model, ['shade']);
    expect(unwrap(await load(model, H5))).toEqual({
      skippedHeads: [
        { head: 'shade', reason: '"kernel" of layer "shade" has the shape 2×2 in the file, expected 2×4' },
      ],
    });
    expect(valuesOf(model, ['shade'])).toEqual(before);
    expect(valuesOf(model, ['conv', 'bn', 'separable', 'colour'])).toEqual(upTo(54 + 6 + 24 + 9));
  });
});

test.each([
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', Number.NEGATIVE_INFINITY, 'infinite'],
])('weights with %s are refused, naming the file and the layer', async (_, wrong, word) => {
  const model = tiny();
  const { weights } = model.getLayer('separable');
  weights[1]?.write(tf.fill(weights[1].shape as number[], wrong));
  const file = join(temporaryFolder(), 'diverged.h5');
  await saveKerasH5(model, file);
  const loaded = await loadKerasWeights(tf, tiny(), file, { heads: HEADS, scratch: temporaryFolder() });
  expect(loaded).toEqual({
    ok: false,
    failure: [
      {
        message: `the weights in the file are unusable: "pointwise_kernel" of layer "separable" has a value that is ${word}`,
        at: { file },
        advice: 'The training that made the file diverged: use a file from an earlier epoch.',
      },
    ],
  });
});

describe('loading weights fails without changing the model', () => {
  const problemOf = async (model: LayersModel, file: string) => {
    const before = valuesOf(model);
    const loaded = await load(model, file);
    expect(valuesOf(model)).toEqual(before);
    return loaded.ok ? undefined : loaded.failure[0];
  };

  test('when the shape of a layer differs, naming the layer', async () => {
    expect(await problemOf(tiny({ filters: 3 }), H5)).toEqual({
      message:
        'the weights do not match the backbone "tiny": "kernel" of layer "conv" has the shape 3×3×3×2 in the file, ' +
        'expected 3×3×3×3; 2 more layers do not match either',
      at: { file: H5 },
      advice: 'Use a file saved from "tiny", or the backbone that the file was saved from.',
    });
  });

  test('when the file was saved from another architecture', async () => {
    const message =
      'the weights do not match the backbone "tiny": layer "another" is not in the file, which has 3 of the others';
    expect((await problemOf(tiny({ more: true }), H5))?.message).toBe(message);
    expect((await problemOf(tiny({ more: true }), KERAS))?.message).toBe(message);
    expect((await problemOf(tiny({ more: true, named: false }), H5))?.message).toBe(
      'the weights do not match the backbone "tiny": layer "another" ("colour" in the file) has 2 weights in the file, ' +
        'expected 1: kernel',
    );
    expect((await problemOf(tiny({ more: true, named: false }), KERAS))?.message).toBe(
      'the weights do not match the backbone "tiny": the file has 1 layer of the class "conv2d", expected 2',
    );
  });

  const corrupted = (file: string, content: (whole: Buffer) => Buffer) => {
    const copy = join(temporaryFolder(), 'weights.h5');
    writeFileSync(copy, content(readFileSync(file)));
    return copy;
  };

  test('when the file is incomplete', async () => {
    const file = corrupted(H5, (whole) => whole.subarray(0, 5000));
    const { length } = readFileSync(H5);
    expect(await problemOf(tiny(), file)).toEqual({
      message: `the file is incomplete: it has 5000 bytes, expected ${length}`,
      at: { file },
      advice: 'Copy or download it again.',
    });
    const archive = corrupted(KERAS, (whole) => whole.subarray(0, 5000));
    expect(await problemOf(tiny(), archive)).toMatchObject({
      message: expect.stringMatching(/^the archive is corrupted: /),
      at: { file: archive },
    });
  });

  test('when an archive unpacks to far more than its size', async () => {
    const bomb = corrupted(KERAS, () =>
      Buffer.from(zipSync({ 'config.json': strToU8('{}'), 'model.weights.h5': new Uint8Array(64e6) }, { level: 9 })),
    );
    const scratch = temporaryFolder();
    const { size } = statSync(bomb);
    expect(await loadKerasWeights(tf, tiny(), bomb, { heads: HEADS, scratch })).toMatchObject({
      failure: [
        {
          message: `cannot read the archive: "model.weights.h5" in it unpacks to more than ${bytes(100 * size)}`,
          at: { file: bomb },
        },
      ],
    });
    expect(readdirSync(scratch)).toEqual([]);
  });

  test('when an archive has no weights, or the file is a pipe', async () => {
    const empty = corrupted(KERAS, () => Buffer.from(zipSync({ 'config.json': strToU8('{}') })));
    expect((await problemOf(tiny(), empty))?.message).toBe('there is no model.weights.h5 in this archive');
    const pipe = join(temporaryFolder(), 'weights.h5');
    execFileSync('mkfifo', [pipe]);
    expect((await problemOf(tiny(), pipe))?.message).toBe(
      'cannot read the weights: it is a named pipe, not a regular file',
    );
  });

  test('when the file is corrupted', async () => {
    const file = corrupted(H5, (whole) => whole.fill(0xff, 700, 3000));
    expect(await problemOf(tiny(), file)).toMatchObject({ message: expect.stringMatching(/^the file is corrupted: /) });
  });

  test('when a bit of a .keras archive has flipped, which HDF5 would not notice', async () => {
    const file = corrupted(KERAS, (whole) => {
      // The weights are stored without compression: 5.3 is the last value of the first kernel.
      const value = Buffer.alloc(4);
      value.writeFloatLE(5.3);
      const at = whole.indexOf(value);
      expect(at).toBeGreaterThan(0);
      whole[at] = (whole[at] ?? 0) ^ 1;
      return whole;
    });
    expect(await problemOf(tiny(), file)).toEqual({
      message: 'the archive is corrupted: the checksum of model.weights.h5 does not match',
      at: { file },
      advice: 'Copy or download it again.',
    });
  });

  test('when the file was not saved by Keras or does not exist', async () => {
    const file = corrupted(H5, () => Buffer.from('name,class\n'));
    expect((await problemOf(tiny(), file))?.message).toBe(
      'this is neither an HDF5 file, nor a .keras archive, nor a model.json of TensorFlow.js',
    );
    const missing = join(temporaryFolder(), 'weights.h5');
    expect(await problemOf(tiny(), missing)).toMatchObject({
      message: 'cannot read the weights: there is no such file or folder',
      at: { file: missing },
    });
  });
});
