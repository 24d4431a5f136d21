import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareValues, type ValueDifferences } from '../../../src/engine/values/compare-values.ts';
import { readValues } from '../../../src/engine/values/registry.ts';
import { readFrom } from '../../../src/shared/files.ts';
import { writeArchive } from '../../../src/vision/keras/archive.ts';
import { Hdf5Writer } from '../../../src/vision/keras/hdf5.ts';
import { writeEventFile } from '../../../src/vision/train/loop/event-file.ts';
import { valueReaders } from '../../../src/vision/values/readers.ts';
import { temporaryFolder } from '../../support/dataset.ts';

/** Compares the file `name` in two folders. */
async function compare(name: string, before: string, now: string): Promise<ValueDifferences> {
  const [a, b] = await Promise.all([before, now].map((folder) => valuesOf(join(folder, name))));
  return compareValues(a ?? expect.unreachable(), b ?? expect.unreachable(), name);
}

const valuesOf = (path: string) => readValues({ name: path, path, head: readFrom(path, 0, 8192) }, valueReaders);

function model(...weights: readonly number[]): string {
  const folder = temporaryFolder();
  const specs = [
    { name: 'conv/kernel', shape: [2, 1], dtype: 'float32' },
    { name: 'conv/bias', shape: [1], dtype: 'float32' },
  ];
  const weightsManifest = [{ paths: ['weights.bin'], weights: specs }];
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ modelTopology: {}, weightsManifest }));
  writeFileSync(join(folder, 'weights.bin'), Float32Array.from(weights));
  return folder;
}

test('the weights of a model are compared tensor by tensor', async () => {
  expect(await compare('weights.bin', model(8, 1, 2), model(8, 1.5, 2.25))).toMatchObject({
    numbers: 3,
    differing: 2,
    absolute: { place: 'conv/kernel[1]', expected: 1, found: 1.5, difference: 0.5 },
    relative: { place: 'conv/bias[0]', difference: 0.125 },
  });
});

test('weights of another length than their model needs are not read', async () => {
  expect(await valuesOf(join(model(8, 1), 'weights.bin'))).toBeUndefined();
});

async function hdf5(bias: number, config = '{}', seed = 7): Promise<string> {
  const folder = temporaryFolder();
  await Hdf5Writer.write(join(folder, 'model.h5'), (file) => {
    file.text('/', 'model_config', config);
    file.group('dense');
    file.floats('dense/kernel', Float32Array.of(4, 4), [2]);
    file.floats('dense/bias', Float32Array.of(bias), [1]);
    file.integers('dense/seed', Uint32Array.of(seed, 0), [2]);
  });
  return folder;
}

test("the datasets of Keras' HDF5 files are compared, and their attributes must be equal", async () => {
  expect(await compare('model.h5', await hdf5(1), await hdf5(1.5))).toMatchObject({
    numbers: 3,
    differing: 1,
    absolute: { file: 'model.h5', place: '/dense/bias[0]', difference: 0.5 },
  });
  expect(await compare('model.h5', await hdf5(1), await hdf5(1, '{"a":1}'))).toMatchObject({
    kind: 'other',
    what: expect.stringContaining('/@model_config differs'),
  });
  expect(await compare('model.h5', await hdf5(1), await hdf5(1, '{}', 8))).toMatchObject({
    kind: 'other',
    what: '/dense/seed differs: "an array [2] [7,0]" → "an array [2] [8,0]"',
  });
});

test('a .keras archive is compared by the weights in it, and its other files must be equal', async () => {
  const archive = async (bias: number, config: string) => {
    const folder = temporaryFolder();
    const texts = { 'metadata.json': '{}', 'config.json': config };
    await writeArchive(join(folder, 'model.keras'), texts, join(await hdf5(bias), 'model.h5'));
    return folder;
  };
  const before = await archive(1, '{}');
  expect(await compare('model.keras', before, await archive(2, '{}'))).toMatchObject({
    absolute: { place: '/dense/bias[0]', difference: 1 },
  });
  expect(await compare('model.keras', before, await archive(1, '[]'))).toMatchObject({
    kind: 'other',
    what: 'config.json differs: "{}" → "[]"',
  });
});

async function curves(loss: number, tag = 'epoch_loss'): Promise<string> {
  const folder = temporaryFolder();
  const point = (step: number, value: number) => ({ tag, step, value });
  await writeEventFile(folder, [point(0, 2), point(300, loss), { tag: 'epoch_acc/coat', step: 0, value: 0.5 }]);
  return folder;
}

test('the curves of a TensorBoard log are compared', async () => {
  const before = await curves(1);
  const [name = ''] = readdirSync(before);
  expect(await compare(name, before, await curves(1.25))).toMatchObject({
    numbers: 3,
    differing: 1,
    absolute: { place: 'epoch_loss at step 300', expected: 1, found: 1.25 },
    relative: { difference: 0.125 },
  });
  expect(await compare(name, before, await curves(1, 'loss'))).toMatchObject({ kind: 'other' });
});

test('a TensorBoard log that ends in the middle of a record is not read', async () => {
  const folder = await curves(1);
  const file = join(folder, readdirSync(folder)[0] ?? '');
  writeFileSync(file, readFileSync(file).subarray(0, -3));
  expect(await valuesOf(file)).toBeUndefined();
});
