import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { loadKerasWeights } from '../../src/vision/keras/load-weights.ts';
import { saveForKeras } from '../../src/vision/keras/save-model.ts';
import { backboneNames, backbones } from '../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { DROPOUT_LAYER } from '../../src/vision/models/heads.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { unwrap } from '../support/result.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const TASKS = [
  { name: 'neck_design', classes: 5 },
  { name: 'coat_length', classes: 8 },
];
const HEADS = TASKS.map(({ name }) => name);

/** Without EfficientNetV2-B1 and -B2, which differ from -B0 and -B3 in numbers only. */
const networks = backboneNames
  .filter((name) => !['efficientnet-v2-b1', 'efficientnet-v2-b2'].includes(name))
  .flatMap((name) => (backbones[name].kerasName === undefined ? [] : [[name, backbones[name].kerasName] as const]));

/** Saves random weights in the layout of the published files: without top, default layer names numbered from 1. */
const PUBLISH = `
import inspect, numpy, re, tf_keras
tf_keras.backend.clear_session()
model = getattr(tf_keras.applications, network)(include_top=False, weights=None, input_shape=(size, size, 3), pooling='avg')
random = numpy.random.default_rng(2018)
for weight in model.weights:
    if 'variance' in weight.name or 'gamma' in weight.name:
        weight.assign(random.uniform(0.5, 1.5, weight.shape))
    elif re.search('mean|beta|bias', weight.name):
        weight.assign(random.normal(0, 0.1, weight.shape))
pixels = numpy.array(images, 'float32')
build = getattr(tf_keras.applications, network)
# The newer networks contain their preprocessing.
contained = 'include_preprocessing' in inspect.signature(build).parameters
features = model(pixels if contained else pixels / 127.5 - 1, training=False).numpy()
kinds = 'conv2d|batch_normalization|layer_normalization|activation|separable_conv2d|lambda|concatenate|add'
for layer in reversed(model.layers):
    numbered = re.fullmatch(f'({kinds})(?:_([0-9]+))?', layer.name)
    if numbered:
        layer._name = f'{numbered[1]}_{int(numbered[2] or 0) + 1}'
model.save_weights(file, save_format='h5')
result = features.tolist()
`;

/** Saves the second ConvNeXt of a process, whose last normalization has another number. */
const SAVE_CONVNEXT = `
import keras, numpy
keras.backend.clear_session()
for _ in range(2):
    model = keras.applications.ConvNeXtTiny(include_top=False, weights=None, input_shape=(32, 32, 3), pooling='avg')
random = numpy.random.default_rng(2018)
for weight in model.weights:
    weight.assign(random.uniform(0.1, 0.3, weight.shape) * random.choice([-1, 1], weight.shape))
model.save_weights(file) if file.endswith('.weights.h5') else model.save(file)
result = model(numpy.array(images, 'float32'), training=False).numpy().tolist()
`;

const OPEN = `
import hashlib, importlib, numpy
library = importlib.import_module(library)
library.backend.clear_session()
model = library.models.load_model(file)
digest = hashlib.sha256()
for layer in sorted(model.layers, key=lambda layer: layer.name):
    if not isinstance(layer, library.layers.Dropout):
        for weight in layer.trainable_weights + layer.non_trainable_weights:
            digest.update(weight.numpy().tobytes())
predictions = model.predict(numpy.array(images, 'float32'), verbose=0)
result = {'digest': digest.hexdigest(), 'predictions': [outputs.tolist() for outputs in predictions]}
`;

describe.each(networks)('%s', (backbone, network) => {
  test('loads published weights, and can be saved with heads and preprocessing for Keras and tf_keras', async () => {
    const size = backbones[backbone].minSize;
    const folder = temporaryFolder();
    const images = tf.randomUniform([2, size, size, 3], 0, 255, 'float32', 7);
    const file = join(folder, 'published.h5');
    const features = await keras.run<number[][]>(PUBLISH, { network, size, file, images: images.arraySync() });

    const architecture = { backbone, height: size, width: size, tasks: TASKS };
    const model = buildClassifier(tf, architecture, { dropout: 0.5, seed: 1 });
    const { skippedHeads } = unwrap(await loadKerasWeights(tf, model, file, { heads: HEADS, scratch: folder }));
    expect(skippedHeads.map(({ head }) => head)).toEqual(HEADS);
    expect(difference(predict(backboneOf(model), images), [features])).toBeLessThan(1e-4);

    await saveForKeras(model, ['h5', 'keras'], folder);
    // The other two combinations are tested on smaller models: tf_keras takes minutes to load any large .keras file.
    for (const [library, name] of [
      ['keras', 'model.keras'],
      ['tf_keras', 'model.h5'],
    ] as const) {
      const variables = { library, file: join(folder, name), images: images.arraySync() };
      const { digest, predictions } = await keras.run<{ digest: string; predictions: number[][][] }>(OPEN, variables);
      expect(digest).toBe(digestOfWeights(model));
      // Rounding errors accumulate over hundreds of layers.
      expect(difference(predict(model, images), predictions)).toBeLessThan(1e-4);
    }
    model.dispose();
  });
});

test.each(['model.h5', 'model.keras', 'model.weights.h5'])(
  'convnext-tiny loads %s of Keras 3, which has nested models and weights of other shapes',
  async (name) => {
    const folder = temporaryFolder();
    const images = tf.randomUniform([2, 32, 32, 3], 0, 255, 'float32', 7);
    const file = join(folder, name);
    const features = await keras.run<number[][]>(SAVE_CONVNEXT, { file, images: images.arraySync() });
    const architecture = { backbone: 'convnext-tiny', height: 32, width: 32, tasks: TASKS } as const;
    const model = buildClassifier(tf, architecture, { dropout: 0.5, seed: 1 });
    unwrap(await loadKerasWeights(tf, model, file, { heads: HEADS, scratch: folder }));
    expect(difference(predict(backboneOf(model), images), [features])).toBeLessThan(1e-4);
    model.dispose();
  },
);

/** Returns the model from images to pooled features. */
function backboneOf(model: LayersModel): LayersModel {
  return tf.model({ inputs: model.inputs, outputs: model.getLayer(DROPOUT_LAYER).input as SymbolicTensor });
}

function predict(model: LayersModel, images: Tensor): number[][][] {
  return tf.tidy(() => [model.predict(images)].flat().map((tensor) => tensor.arraySync() as number[][]));
}

/** Returns the digest of all weights, with layers sorted by name. */
function digestOfWeights({ layers }: LayersModel): string {
  const digest = createHash('sha256');
  for (const layer of [...layers].sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const weight of layer.getWeights()) digest.update(weight.dataSync() as Float32Array);
  return digest.digest('hex');
}

/** Returns the largest difference, relative to the largest value. */
function difference(some: number[][][], others: number[][][]): number {
  const [a, b] = [some.flat(2), others.flat(2)];
  expect(a.length).toBe(b.length);
  const greatest = Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
  return greatest / Math.max(...b.map(Math.abs));
}
