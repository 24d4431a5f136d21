import { join } from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { describeModel } from '../../src/vision/keras/model-description.ts';
import { saveKerasArchive, saveKerasH5 } from '../../src/vision/keras/save-model.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { expectNoLeak, tensorFlow } from '../support/tensorflow.ts';
import { everyLayer, randomizeWeights } from '../vision/keras/models.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const tasks = [
  { name: 'neck_design', classes: 5 },
  { name: 'coat_length', classes: 8 },
];
const classifier = () =>
  randomizeWeights(
    tf,
    buildClassifier(tf, { backbone: 'small-cnn', height: 32, width: 40, tasks }, { dropout: 0.5, seed: 1 }),
  );

const heads = () => {
  const ofEveryKind = [
    { name: 'colour', classes: 3 },
    { name: 'length', kind: 'ordered', classes: 4 },
    { name: 'tags', kind: 'classes', classes: 3 },
    { name: 'width', kind: 'numbers', classes: 2, fitted: { mean: [0.5, -0.25], deviation: [1e-3, 2e-3] } },
  ] as const;
  const architecture = { backbone: 'small-cnn', height: 32, width: 40, tasks: ofEveryKind };
  return randomizeWeights(tf, buildClassifier(tf, architecture, { dropout: 0.5, seed: 1 }));
};

const models: Readonly<Record<string, () => LayersModel>> = { classifier, heads, 'every-layer': () => everyLayer(tf) };
const writers = { 'model.h5': saveKerasH5, 'model.keras': saveKerasArchive };

interface Opened {
  readonly layers: readonly string[];
  readonly predictions: readonly number[][][];
}

describe.each(Object.entries(models))('a model saved by this package: %s', (_name, build) => {
  describe.each(Object.entries(writers))('as %s', (name, save) => {
    test.each(['keras', 'tf_keras'])(
      'can be loaded by load_model of %s and gives the same predictions',
      async (library) => {
        const file = join(temporaryFolder(), name);
        const model = build();
        const [height = 0, width = 0] = (model.inputs[0]?.shape.slice(1, 3) ?? []) as number[];
        const images = tf.randomUniform([3, height, width, 3], 0, 255, 'float32', 7);
        await expectNoLeak(tf, () => save(model, file));
        const ours = (model.predict(images) as Tensor[]).map((tensor) => tensor.arraySync() as number[][]);
        const opened = await keras.run<Opened>(
          `
import importlib, numpy
model = importlib.import_module(library).models.load_model(file)
predictions = model.predict(numpy.array(images, 'float32'), verbose=0)
result = {'layers': [layer.name for layer in model.layers], 'predictions': [p.tolist() for p in predictions]}
`,
          { library, file, images: images.arraySync() },
        );
        // Keras assigns weights by the order of the layers.
        expect(opened.layers).toEqual(describeModel(model).layers.map((layer) => layer.name));
        expect(greatestDifference(opened.predictions, ours)).toBeLessThan(1e-5);
      },
    );
  });
});

function greatestDifference(some: readonly number[][][], others: readonly number[][][]): number {
  const [a, b] = [some.flat(2), others.flat(2)];
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}
