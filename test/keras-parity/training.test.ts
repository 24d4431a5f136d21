import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawGarments } from '../../src/demo/draw-garments.ts';
import { decodeImage } from '../../src/vision/data/images/decode.ts';
import { permutation } from '../../src/vision/data/shards/permutation.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import type { OptimizerOptions } from '../../src/vision/train/optimizers/optimizer.ts';
import { createTrainer } from '../../src/vision/train/step/create-trainer.ts';
import { headLayout } from '../../src/vision/train/step/target-masks.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { unwrap } from '../support/result.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const SIZE = 64;
const BATCH = 16;
const STEPS = 50;
const IMAGE = SIZE * SIZE * 3;

/** Trains the backbone of src/vision/models/backbones/small-cnn.ts with our loss, which is computed on probabilities. */
const TRAIN = `
import keras, numpy, os
from keras import layers, ops

def convolution(x, name, filters, kernel, strides):
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False, name=name + "_conv")(x)
    return layers.BatchNormalization(momentum=0.9, name=name + "_bn")(x)

image = layers.Input((size, size, 3))
x = layers.ReLU()(convolution(layers.Rescaling(1 / 127.5, offset=-1)(image), "stem", 24, 3, 2))
for number, filters in enumerate((32, 48, 72, 104), 1):
    name = f"block{number}"
    first = layers.ReLU()(convolution(x, name + "_1", filters, 3, 2))
    x = layers.ReLU()(layers.Add()([
        convolution(x, name + "_shortcut", filters, 1, 2), convolution(first, name + "_2", filters, 3, 1)]))
x = layers.GlobalAveragePooling2D()(x)
heads = [layers.Dense(task["classes"], activation="softmax", name=task["name"])(x) for task in tasks]
model = keras.Model(image, heads)

values = numpy.fromfile(os.path.join(folder, "weights"), "float32")
at = 0
for layer in names:
    weights = []
    for weight in model.get_layer(layer).get_weights():
        weights.append(values[at:at + weight.size].reshape(weight.shape))
        at += weight.size
    model.get_layer(layer).set_weights(weights)
assert at == values.size

def loss(target, p):
    share = ops.clip(p / ops.sum(p, axis=-1, keepdims=True), 1e-7, 1 - 1e-7)
    return -ops.sum(target * ops.log(share), axis=-1)

model.compile(eval("keras.optimizers." + optimizer), [loss] * len(tasks), jit_compile=False)
images = numpy.fromfile(os.path.join(folder, "images"), "uint8").reshape(-1, size, size, 3)
result = []
for samples in batches:
    targets = [numpy.zeros((len(samples), task["classes"]), "float32") for task in tasks]
    for row, sample in enumerate(samples):
        targets[task_of[sample]][row, class_of[sample]] = 1
    model.reset_metrics()
    logs = model.train_on_batch(images[samples].astype("float32"), targets, return_dict=True)
    result.append(float(logs["loss"]))
`;

/** Draws garments. Returns images and labels in the order of their label.csv. */
async function garments() {
  const directory = join(temporaryFolder(), 'garments');
  unwrap(await drawGarments({ directory, images: 160, seed: 7 }));
  const rows = readFileSync(join(directory, 'Annotations/label.csv'), 'utf8').trim().split('\n');
  const samples = rows.map((row) => {
    const [file = '', task = '', label = ''] = row.trim().split(',');
    return { file: join(directory, file), task, label };
  });
  const tasks = [...new Map(samples.map(({ task, label }) => [task, label.length]))]
    .map(([name, classes]) => ({ name, classes }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const decoded = await Promise.all(
    samples.map(({ file }) =>
      decodeImage(file, { width: SIZE, height: SIZE, fit: 'fill', interpolation: 'antialiased' }),
    ),
  );
  return {
    tasks,
    images: Buffer.concat(decoded.map((image) => unwrap(image).pixels)),
    taskOf: Uint8Array.from(samples, ({ task }) => tasks.findIndex(({ name }) => name === task)),
    classOf: Uint8Array.from(samples, ({ label }) => label.indexOf('y')),
  };
}

const cases: [string, OptimizerOptions, number, string][] = [
  ['Adam', { name: 'adam' }, 1e-4, 'Adam(1e-4)'],
  // At larger rates the two diverge once rounding switches a ReLU on or off.
  ['SGD', { name: 'sgd', momentum: 0.9, nesterov: true }, 5e-5, 'SGD(5e-5, momentum=0.9, nesterov=True)'],
];

test.each(cases)('training with %s has the losses of Keras over 50 steps', async (_, optimizer, rate, inKeras) => {
  const { tasks, images, taskOf, classOf } = await garments();
  const model = buildClassifier(
    tf,
    { backbone: 'small-cnn', height: SIZE, width: SIZE, tasks },
    { dropout: 0, seed: 1 },
  );
  const folder = temporaryFolder();
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  const weights = layers.flatMap((layer) =>
    layer.getWeights().map((weight) => Buffer.from(weight.dataSync().slice().buffer)),
  );
  writeFileSync(join(folder, 'weights'), Buffer.concat(weights));
  writeFileSync(join(folder, 'images'), images);
  const order = Array.from({ length: 12 }, (_, epoch) => epoch).flatMap((epoch) => [
    ...permutation(taskOf.length, 1, epoch),
  ]);
  const batches = Array.from({ length: STEPS }, (_, step) => order.slice(step * BATCH, (step + 1) * BATCH));

  const trainer = await createTrainer(tf, 'graph', {
    model,
    height: SIZE,
    width: SIZE,
    layout: headLayout(tasks),
    optimizer,
    augmentation: { horizontalFlip: false, rotationRange: 0, zoomRange: 0 },
    batchSizes: { training: [BATCH], prediction: [] },
  });
  const ours = batches.map((samples, step) => {
    const batch = {
      images: Buffer.concat(samples.map((sample) => images.subarray(sample * IMAGE, (sample + 1) * IMAGE))),
      taskOf: Uint8Array.from(samples, (sample) => taskOf[sample] ?? 0),
      classOf: Uint8Array.from(samples, (sample) => classOf[sample] ?? 0),
    };
    return trainer.step(batch, { seed: 1, step, updates: step }, rate).loss;
  });
  trainer.dispose();
  const theirs = await keras.run<number[]>(TRAIN, {
    ...{ tasks, folder, batches, size: SIZE, optimizer: inKeras },
    ...{ names: layers.map(({ name }) => name), task_of: [...taskOf], class_of: [...classOf] },
  });
  const away = ours.map((loss, step) => Math.abs(loss / (theirs[step] ?? 0) - 1));
  expect(Math.max(...away), away.map((value) => value.toExponential(0)).join(' ')).toBeLessThan(1e-3);
});
