import { join } from 'node:path';
import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { loadKerasWeights } from '../../src/vision/keras/load-weights.ts';
import { saveKerasH5 } from '../../src/vision/keras/save-model.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { unwrap } from '../support/result.ts';
import { expectNoLeak, tensorFlow } from '../support/tensorflow.ts';
import { everyLayer } from '../vision/keras/models.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const tasks = [
  { name: 'neck_design', classes: 5 },
  { name: 'coat_length', classes: 8 },
];
const classifier = () =>
  buildClassifier(tf, { backbone: 'small-cnn', height: 32, width: 32, tasks }, { dropout: 0.5, seed: 1 });
const models: Readonly<Record<string, { build: () => LayersModel; heads: readonly string[] }>> = {
  classifier: { build: classifier, heads: ['neck_design', 'coat_length'] },
  'every-layer': { build: () => everyLayer(tf), heads: ['head3', 'head2'] },
};

type Outputs = readonly number[][][];

/** The file, and how Keras writes it. */
const files: readonly (readonly [library: string, file: string, write: string])[] = [
  ['keras', 'model.h5', 'model.save(file)'],
  ['keras', 'model.keras', 'model.save(file)'],
  ['keras', 'model.weights.h5', 'model.save_weights(file)'],
  ['tf_keras', 'model.h5', 'model.save(file)'],
  ['tf_keras', 'weights.h5', 'model.save_weights(file, save_format="h5")'],
  ['tf_keras', 'model.keras', 'model.save(file)'],
];

/** Sets random weights in Keras, saves them and returns the model's features and outputs. */
const RANDOMIZE_AND_SAVE = `
import importlib, numpy
library = importlib.import_module(library)
model = library.models.load_model(start)
if how == 'renumbered':
    # Renames layers as Keras numbers them in a process that has created other layers before.
    names = {}
    for number, layer in enumerate(model.layers, start=203):
        if layer.name not in heads:
            names[layer.name] = f'{type(layer).__name__.lower()}_{number}'
    def renamed(value, names):
        if isinstance(value, dict): return {key: renamed(value[key], names) for key in value}
        if isinstance(value, (list, tuple)): return [renamed(each, names) for each in value]
        return names.get(value, value) if isinstance(value, str) else value
    model = type(model).from_config(renamed(model.get_config(), names))
random = numpy.random.default_rng(2018)
model.set_weights([
    random.uniform(0.1, 0.5, w.shape) * (1 if 'variance' in w.name else random.choice([-1, 1], w.shape))
    for w in model.weights
])
features = [layer for layer in model.layers if isinstance(layer, library.layers.Dropout)][-1].input
both = library.Model(model.input, [features, *model.outputs])
if how in ('backbone', 'nested'):
    model = library.Model(model.inputs[0], features)
if how == 'nested':
    image = library.Input(model.inputs[0].shape[1:])
    model = library.Model(image, library.layers.Dense(4)(model(image)))
exec(write)
result = [outputs.tolist() for outputs in both.predict(numpy.array(images, 'float32'), verbose=0)]
`;

describe.each(Object.entries(models))('loading weights saved by Keras, model %s', (_name, { build, heads }) => {
  const model = build();
  const [height = 0, width = 0] = (model.inputs[0]?.shape.slice(1, 3) ?? []) as number[];
  const images = tf.randomUniform([3, height, width, 3], 0, 255, 'float32', 7);

  type How = 'whole' | 'renumbered' | 'backbone' | 'nested';
  const saved = async (library: string, name: string, write: string, how: How) => {
    const folder = temporaryFolder();
    const [start, file] = [join(folder, 'start.h5'), join(folder, name)];
    await saveKerasH5(model, start);
    const variables = { library, file, write, start, heads, how, images: images.arraySync() };
    return { file, outputs: await keras.run<Outputs>(RANDOMIZE_AND_SAVE, variables) };
  };
  const loaded = async (file: string) => {
    const fresh = build();
    const options = { heads, scratch: temporaryFolder() };
    const { skippedHeads } = await expectNoLeak(tf, async () =>
      unwrap(await loadKerasWeights(tf, fresh, file, options)),
    );
    return { fresh, skippedHeads };
  };

  test.each(files)('gives the same outputs (%s, %s, %s)', async (library, name, write) => {
    const { file, outputs } = await saved(library, name, write, 'whole');
    const { fresh, skippedHeads } = await loaded(file);
    // This file only has the class and number of layers, so heads cannot be matched by name.
    const unnamed = library === 'tf_keras' && name === 'model.keras';
    expect(skippedHeads.map(({ head }) => head)).toEqual(unnamed ? heads : []);
    expectClose(featuresAndOutputs(fresh, images), outputs, unnamed ? 1 : 1 + heads.length);
  });

  test.each(files)(
    'gives the same features if layers are numbered differently (%s, %s, %s)',
    async (library, name, write) => {
      const { file, outputs } = await saved(library, name, write, 'renumbered');
      const { fresh } = await loaded(file);
      expectClose(featuresAndOutputs(fresh, images), outputs, 1);
    },
  );

  // tf_keras' .keras names no layers, and has the classifier on top before the dense layers of the nested model.
  test.each(files.filter(([library, file]) => library === 'keras' || file !== 'model.keras'))(
    'gives the same features if the backbone is nested in another model (%s, %s, %s)',
    async (library, name, write) => {
      const { file, outputs } = await saved(library, name, write, 'nested');
      const { fresh, skippedHeads } = await loaded(file);
      expectClose(featuresAndOutputs(fresh, images), outputs, 1);
      expect(skippedHeads.map(({ head }) => head)).toEqual(heads);
    },
  );

  test.each(files)('keeps the heads if only the backbone was saved (%s, %s, %s)', async (library, name, write) => {
    const { file, outputs } = await saved(library, name, write, 'backbone');
    const { fresh, skippedHeads } = await loaded(file);
    expectClose(featuresAndOutputs(fresh, images), outputs, 1);
    expect(skippedHeads.map(({ head }) => head)).toEqual(heads);
    const values = (of: LayersModel, head: string) =>
      of
        .getLayer(head)
        .getWeights()
        .map((weight) => [...weight.dataSync()]);
    for (const head of heads) expect(values(fresh, head)).toEqual(values(build(), head));
  });
});

function featuresAndOutputs(model: LayersModel, images: Tensor): Outputs {
  const dropout = model.layers.findLast((layer) => layer.getClassName() === 'Dropout');
  const features = dropout?.input as SymbolicTensor;
  const both = tf.model({ inputs: model.inputs, outputs: [features, ...model.outputs] });
  return [both.predict(images)].flat().map((tensor) => tensor.arraySync() as number[][]);
}

/** Compares the first `count` arrays, each relative to its largest value. */
function expectClose(some: Outputs, others: Outputs, count: number): void {
  for (const [index, other] of others.slice(0, count).entries()) {
    const [a, b] = [some[index]?.flat() ?? [], other.flat()];
    expect(a.length).toBe(b.length);
    const difference = Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? Number.NaN))));
    expect(difference / Math.max(...b.map(Math.abs))).toBeLessThan(1e-5);
  }
}
