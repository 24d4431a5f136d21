import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import type { ModelContent } from '../../../src/vision/inspect/model/model.ts';
import { modelViewer } from '../../../src/vision/inspect/model/viewer.ts';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import { saveModel } from '../../../src/vision/models/saved-model.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { inspectPath } from '../../support/inspect-path.ts';
import { modelFacts } from '../../support/model-facts.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();
const facts = modelFacts();

const viewers = [modelViewer];

async function lookAtModel(
  directory: string,
  view: Partial<View> = {},
): Promise<{ content: ModelContent; lines: string[] }> {
  const { content, lines } = await inspectPath(directory, { ...view, viewers });
  if (content.kind !== 'model') throw new Error(`expected a model, got ${content.kind}`);
  return { content: content as ModelContent, lines };
}

describe('inspect, for a model that the pipeline saved,', async () => {
  const model = buildClassifier(tf, facts, { dropout: 0.5, seed: 1 });
  const expected = {
    parameters: model.countParams(),
    trainable: model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0),
    layers: model.layers.map((layer) => ({
      name: layer.name,
      type: layer.getClassName(),
      shape: layer.outputShape,
      parameters: layer.countParams(),
    })),
  };
  const saved = async () => {
    const directory = temporaryFolder();
    await saveModel(tf, model, facts, directory);
    return directory;
  };

  test('shows the layers, shapes and parameters that TensorFlow.js counts', async () => {
    const { content } = await lookAtModel(await saved());
    expect(content).toMatchObject(expected);
    expect(content).toMatchObject({
      bytes: expected.parameters * 4,
      dtypes: { float32: expected.parameters },
      faults: [],
    });
  });

  test('shows the first and the last layers, and all of them with --full', async () => {
    const directory = await saved();
    const { lines } = await lookAtModel(directory);
    expect(lines[0]).toMatch(/^TensorFlow\.js layers model "small-cnn", \d+ layers$/);
    expect(lines.join('\n')).toMatch(/… \d+ more layers, [\d,]+ parameters \(--full shows them\)/);
    expect(lines.join('\n')).toMatch(/neck_design +Dense +5 +\d+/);
    expect(lines.join('\n')).toContain('pipeline.json  {"version":2,"backbone":"small-cnn"');
    const full = (await lookAtModel(directory, { full: true })).lines;
    for (const { name } of expected.layers) expect(full.join('\n')).toContain(` ${name} `);
  });

  test('reports truncated weights', async () => {
    const directory = await saved();
    writeFileSync(join(directory, 'weights.bin'), new Uint8Array(100));
    expect((await lookAtModel(directory)).content.faults).toEqual([
      `weights.bin: 100 bytes, expected ${expected.parameters * 4}`,
    ]);
  });
});

test('inspect computes the same shapes as TensorFlow.js for every kind of layer that it knows', async () => {
  const input = tf.input({ shape: [33, 40, 3] });
  const apply = (layer: { apply(inputs: unknown): unknown }, on: unknown) =>
    layer.apply(on) as ReturnType<typeof tf.input>;
  const conv = apply(tf.layers.conv2d({ filters: 8, kernelSize: [3, 5], strides: 2, padding: 'valid' }), input);
  const dilated = apply(tf.layers.conv2d({ filters: 8, kernelSize: 3, dilationRate: 2, padding: 'same' }), conv);
  const both = apply(tf.layers.concatenate(), [conv, dilated]);
  const depthwise = apply(tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), both);
  const separable = apply(tf.layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same' }), depthwise);
  const padded = apply(
    tf.layers.zeroPadding2d({
      padding: [
        [1, 2],
        [3, 4],
      ],
    }),
    separable,
  );
  const cropped = apply(
    tf.layers.cropping2D({
      cropping: [
        [1, 0],
        [0, 2],
      ],
    }),
    padded,
  );
  const larger = apply(tf.layers.upSampling2d({ size: [2, 3] }), cropped);
  const pooled = apply(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), larger);
  const averaged = apply(tf.layers.averagePooling2d({ poolSize: 2 }), pooled);
  const flat = apply(tf.layers.flatten(), averaged);
  const dense = apply(tf.layers.dense({ units: 6 }), flat);
  const reshaped = apply(tf.layers.reshape({ targetShape: [2, 3] }), dense);
  const model = tf.model({ inputs: input, outputs: [reshaped, apply(tf.layers.globalMaxPooling2d({}), averaged)] });
  const directory = temporaryFolder();
  await model.save(`file://${directory}`);
  const { content } = await lookAtModel(directory);
  expect(content.layers.map(({ name, shape }) => ({ name, shape }))).toEqual(
    model.layers.map(({ name, outputShape }) => ({ name, shape: outputShape })),
  );
});

test('inspect shows sequential models, unknown layers and weights that belong to no layer', async () => {
  const directory = temporaryFolder();
  const layer = (class_name: string, name: string, config = {}) => ({ class_name, config: { name, ...config } });
  const topology = {
    class_name: 'Sequential',
    config: {
      name: 'tiny',
      layers: [
        layer('Dense', 'first', { units: 4, batch_input_shape: [null, 2], trainable: false }),
        layer('Mystery', 'second'),
        layer('Dense', 'third', { units: 1 }),
      ],
    },
  };
  const weight = (name: string, shape: number[], dtype = 'float32') => ({ name, shape, dtype });
  const weights = [weight('first/kernel', [2, 4]), weight('third/kernel', [4, 1]), weight('elsewhere/x', [3], 'int32')];
  writeFileSync(
    join(directory, 'model.json'),
    JSON.stringify({ modelTopology: topology, weightsManifest: [{ paths: ['a.bin'], weights }] }),
  );
  const { content } = await lookAtModel(directory);
  expect(content).toMatchObject({
    parameters: 15,
    trainable: 4,
    dtypes: { float32: 12, int32: 3 },
    faults: ['a.bin is missing'],
    layers: [
      { name: 'first', shape: [null, 4], parameters: 8, trainable: 0 },
      { name: 'second', shape: null },
      { name: 'third', shape: null, parameters: 4, trainable: 4 },
      { name: 'elsewhere', parameters: 3 },
    ],
  });
});

test('inspect treats a model.json that is not a model as an ordinary file', async () => {
  const directory = temporaryFolder();
  for (const text of ['{', '[]', '{"modelTopology": 3}', 'null']) {
    writeFileSync(join(directory, 'model.json'), text);
    expect((await inspectPath(directory, { viewers })).content.kind).toBe('directory');
  }
});
