import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Hdf5File, Hdf5Writer } from '../../../src/vision/keras/hdf5.ts';
import { layersByName, writeList } from '../../../src/vision/keras/legacy-layout.ts';
import { layersByObject, snakeCase } from '../../../src/vision/keras/object-layout.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

async function written(content: (file: Hdf5Writer) => void): Promise<Hdf5File> {
  const path = join(temporaryFolder(), 'weights.h5');
  await Hdf5Writer.write(path, content);
  return unwrap(await Hdf5File.open(path));
}

const floats = (file: Hdf5Writer, path: string) => file.floats(path, Float32Array.of(1, 2), [2]);

describe('the layout of Keras 2', () => {
  test('splits lists that are too long for one attribute', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `layer_${index}`);
    const file = await written((hdf5) => {
      writeList(hdf5, '/', 'layer_names', names, 30);
      for (const name of names) {
        hdf5.group(`/${name}`);
        hdf5.strings(`/${name}`, 'weight_names', ['kernel:0'], 8);
        floats(hdf5, `/${name}/kernel:0`);
      }
    });
    expect(file.strings('/', 'layer_names')).toBeUndefined();
    expect(file.strings('/', 'layer_names0')).toEqual(['layer_0', 'layer_1', 'layer_2', 'layer_3']);
    expect(layersByName(file)?.map(({ name }) => name)).toEqual(names);
    file.close();
  });

  test('has the layers of a nested model in one group, trainable weights first', async () => {
    const weights = ['conv/kernel:0', 'bn/gamma:0', 'bn/beta:0', 'bn/moving_mean:0', 'inner/deep/kernel:0'];
    const file = await written((hdf5) => {
      writeList(hdf5, '/', 'layer_names', ['base', 'head']);
      for (const group of ['/base', '/base/conv', '/base/bn', '/base/inner', '/base/inner/deep', '/head', '/head/head'])
        hdf5.group(group);
      writeList(hdf5, '/base', 'weight_names', weights);
      for (const weight of weights) floats(hdf5, `/base/${weight}`);
      writeList(hdf5, '/head', 'weight_names', ['head/kernel:0']);
      floats(hdf5, '/head/head/kernel:0');
    });
    expect(layersByName(file)?.map(({ name, weights }) => [name, weights.length])).toEqual([
      ['conv', 1],
      ['bn', 3],
      ['deep', 1],
      ['head', 1],
    ]);
    file.close();
  });
});

describe('the layout of Keras 3', () => {
  test('sorts the layers of a class by number, and includes those of nested models', async () => {
    const objects = ['conv2d', 'conv2d_1', 'conv2d_2', 'conv2d_10', 'functional/layers/dense'];
    const file = await written((hdf5) => {
      const made = new Set<string>();
      for (const object of objects) {
        const path = `/layers/${object}/vars`;
        for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
          const parent = path.slice(0, end);
          if (!made.has(parent)) hdf5.group(parent);
          made.add(parent);
        }
        hdf5.group(path);
        floats(hdf5, `${path}/0`);
      }
      hdf5.text('/layers/conv2d_10/vars', 'name', 'last_conv');
    });
    expect(layersByObject(file).map(({ name, kind }) => [name, kind])).toEqual([
      ['conv2d', 'conv2d'],
      ['dense', 'dense'],
      ['conv2d_1', 'conv2d'],
      ['conv2d_2', 'conv2d'],
      ['last_conv', 'conv2d'],
    ]);
    file.close();
  });

  test.each([
    ['Conv2D', 'conv2d'],
    ['BatchNormalization', 'batch_normalization'],
    ['ReLU', 're_lu'],
    ['DepthwiseConv2D', 'depthwise_conv2d'],
    ['GlobalAveragePooling2D', 'global_average_pooling2d'],
  ])('calls %s %s', (className, kind) => expect(snakeCase(className)).toBe(kind));
});
