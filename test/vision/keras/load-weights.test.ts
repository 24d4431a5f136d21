import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { loadKerasWeights } from '../../../src/vision/keras/load-weights.ts';
import { LayerFactory } from '../../../src/vision/models/layers/layer-factory.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

const HEADS = ['colour', 'shade'];
const FILES = ['keras.h5', 'keras.keras', 'keras.weights.h5'].map((name) => join(import.meta.dirname, 'files', name));
const [H5 = '', KERAS = ''] = FILES;

/** The model of which files/make.py has made files; other names are drawn by the layer factory. */
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

describe('weights of a file that Keras has written', () => {
  test.each(FILES)('%s: get to their layers by name, heads included', async (file) => {
    const model = tiny();
    expect(unwrap(await load(model, file))).toEqual({ left: [] });
    expect(valuesOf(model)).toEqual(upTo(54 + 6 + 24 + 9 + 6));
  });

  test.each(FILES)('%s: get to layers of other names by the order', async (file) => {
    const model = tiny({ named: false });
    unwrap(await load(model, file));
    expect(valuesOf(model)).toEqual(upTo(54 + 6 + 24 + 9 + 6));
  });

  test('leave a head of another shape as it is, and say so', async () => {
    const model = tiny({ shades: 4 });
    const before = valuesOf(model, ['shade']);
    expect(unwrap(await load(model, H5))).toEqual({
      left: [{ head: 'shade', because: '«kernel» of layer «shade» is 2×2 in the file, expected 2×4' }],
    });
    expect(valuesOf(model, ['shade'])).toEqual(before);
    expect(valuesOf(model, ['conv', 'bn', 'separable', 'colour'])).toEqual(upTo(54 + 6 + 24 + 9));
  });
});

describe('weights that do not fit are told, and nothing is changed', () => {
  const problemOf = async (model: LayersModel, file: string) => {
    const before = valuesOf(model);
    const loaded = await load(model, file);
    expect(valuesOf(model)).toEqual(before);
    return loaded.ok ? undefined : loaded.failure[0];
  };

  test('another shape, with the layer', async () => {
    expect(await problemOf(tiny({ filters: 3 }), H5)).toEqual({
      message:
        'these are not weights of «tiny»: «kernel» of layer «conv» is 3×3×3×2 in the file, expected 3×3×3×3; ' +
        '2 more layers do not fit either',
      at: { file: H5 },
      advice: 'Take a file of «tiny», or the backbone that the file is of.',
    });
  });

  test('another architecture', async () => {
    const message = 'these are not weights of «tiny»: layer «another» is not in the file, which has 3 of the others';
    expect((await problemOf(tiny({ more: true }), H5))?.message).toBe(message);
    expect((await problemOf(tiny({ more: true }), KERAS))?.message).toBe(message);
    expect((await problemOf(tiny({ more: true, named: false }), H5))?.message).toBe(
      'these are not weights of «tiny»: layer «another» («colour» in the file) has 2 weights in the file, expected 1: kernel',
    );
    expect((await problemOf(tiny({ more: true, named: false }), KERAS))?.message).toBe(
      'these are not weights of «tiny»: the file has 1 layer «conv2d», expected 2',
    );
  });

  const damaged = (file: string, content: (whole: Buffer) => Buffer) => {
    const copy = join(temporaryFolder(), 'weights.h5');
    writeFileSync(copy, content(readFileSync(file)));
    return copy;
  };

  test('a file that was cut off', async () => {
    const file = damaged(H5, (whole) => whole.subarray(0, 5000));
    const { length } = readFileSync(H5);
    expect(await problemOf(tiny(), file)).toEqual({
      message: `the file is cut off: it has 5000 bytes instead of ${length}`,
      at: { file },
      advice: 'Copy or download it again.',
    });
    const archive = damaged(KERAS, (whole) => whole.subarray(0, 5000));
    expect(await problemOf(tiny(), archive)).toMatchObject({
      message: expect.stringMatching(/^the archive is damaged: /),
      at: { file: archive },
    });
  });

  test('a file that was written over', async () => {
    const file = damaged(H5, (whole) => whole.fill(0xff, 700, 3000));
    expect(await problemOf(tiny(), file)).toMatchObject({ message: expect.stringMatching(/^the file is damaged: /) });
  });

  test('what is no file of Keras, or not there', async () => {
    const file = damaged(H5, () => Buffer.from('name,class\n'));
    expect((await problemOf(tiny(), file))?.message).toBe('this is neither an HDF5 file nor a .keras archive');
    const missing = join(temporaryFolder(), 'weights.h5');
    expect(await problemOf(tiny(), missing)).toMatchObject({
      message: 'cannot read the weights: there is no such file or folder',
      at: { file: missing },
    });
  });
});
