import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterEach } from 'vitest';
import { type BackboneName, backbones } from '../../src/vision/models/backbones/index.ts';
import { useReluGradientKernels } from '../../src/vision/tensorflow/relu-gradients.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { tensorFlow } from '../support/tensorflow.ts';

export const tf = await tensorFlow();
useReluGradientKernels(tf);
const keras = await startKeras();

/** Builds `network` with random weights and moving averages; writes these and a batch of `images` to float32 files. */
const BUILD = `
import importlib, inspect, numpy, os
library = importlib.import_module(library)
library.backend.clear_session()
library.utils.set_random_seed(7)
library.backend.set_floatx(precision)
build = getattr(library.applications, network)
# The newer networks contain their preprocessing by default.
options = {"include_preprocessing": False} if "include_preprocessing" in inspect.signature(build).parameters else {}
network = build(include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg", **options)
if weights_from:
    for index, weight in enumerate(network.weights):
        values = numpy.fromfile(os.path.join(weights_from, f"weight-{index}"), "float32")
        weight.assign(values.reshape(weight.shape))
library.backend.set_floatx("float32")
random = numpy.random.default_rng(1)
for weight in [] if weights_from else network.weights:
    kind = weight.name.split("/")[-1].split(":")[0]
    if kind in ("gamma", "moving_variance", "variable"):
        weight.assign(random.uniform(0.5, 1.5, weight.shape))
    elif kind in ("beta", "moving_mean", "bias"):
        weight.assign(random.normal(0, 0.1, weight.shape))
random = numpy.random.default_rng(2)
images = random.uniform(-1, 1, (count, size, size, 3)).astype("float32").astype(precision)

def write(kind, arrays):
    for index, array in enumerate(arrays):
        numpy.asarray(array, dtype="float32").tofile(os.path.join(folder, f"{kind}-{index}"))

write("image", [images])
write("weight", [weight.numpy() for weight in network.weights])
`;

/**
 * Returns a row for each layer in order, those of nested models included. Sums that are no layers in Keras count as layers,
 * and convolutions with groups as depthwise convolutions.
 */
export const LAYERS = `${BUILD}
def flat(operations):
    for each in operations:
        yield from flat(each.layers) if hasattr(each, "layers") else [each]

def row(layer):
    kind = "DepthwiseConv2D" if getattr(layer, "groups", 1) > 1 else type(layer).__name__
    parameters = layer.count_params() if hasattr(layer, "count_params") else 0
    return f"{layer.name} {kind} {'x'.join(map(str, layer.output.shape[1:]))} {parameters}"

pooling = ("avg_pool", "global_average_pooling2d")
result = [row(layer) for layer in flat(network.operations) if layer.name not in pooling]
`;

/**
 * Gives the batch normalization the statistics of the images, as training does. With random ones, the values grow from
 * block to block, and rounding with them: float32 and float64 then differ by a third in EfficientNetV2-S, in Keras alone.
 */
export const FEATURES = `${BUILD}
for layer in network.layers:
    if isinstance(layer, library.layers.BatchNormalization):
        layer.momentum = 0
    if isinstance(layer, library.layers.Dropout):
        layer.rate = 0
network(images, training=True)
write("weight", [weight.numpy() for weight in network.weights])
write("feature", [network(images, training=False)])
`;

/** Takes a step of Adam on the mean squared error between the features and random targets in [0, 1). */
export const STEP = `${BUILD}
import tensorflow
for layer in network.layers:
    if isinstance(layer, library.layers.Dropout):
        layer.rate = 0 # Keras draws other random numbers.
targets = random.uniform(0, 1, network.output.shape[1:]).astype("float32").astype(precision)
write("target", [targets])
with tensorflow.GradientTape() as tape:
    loss = tensorflow.reduce_mean(tensorflow.square(network(images, training=True) - targets))
gradients = tape.gradient(loss, network.trainable_weights)
library.optimizers.Adam(1e-4).apply_gradients(zip(gradients, network.trainable_weights))
trainable = {id(weight): gradient for weight, gradient in zip(network.trainable_weights, gradients)}
write("gradient", [trainable.get(id(weight), numpy.zeros(weight.shape)) for weight in network.weights])
write("updated", [weight.numpy() for weight in network.weights])
result = float(loss)
`;

interface Request {
  readonly backbone: BackboneName;
  readonly size: number;
  readonly count: number;
  readonly library?: 'keras' | 'tf_keras';
  readonly precision?: 'float32' | 'float64';
  /** The folder of an earlier request whose weights are used. */
  readonly weightsFrom?: string;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs a script. Returns its result and the folder with its arrays. */
export async function ask<Value>(
  script: string,
  request: Request,
): Promise<{ readonly result: Value; readonly folder: string }> {
  const folder = join(temporaryFolder(), 'keras');
  mkdirSync(folder);
  folders.push(folder);
  const { library = 'keras', precision = 'float32', weightsFrom: weights_from = '', backbone, size, count } = request;
  const network = backbones[backbone].kerasName;
  return {
    result: await keras.run(script, { folder, library, precision, weights_from, network, size, count }),
    folder,
  };
}

/** Returns the array of that kind and index as a flat tensor. */
export function written(folder: string, kind: string, index = 0): Tensor {
  const bytes = readFileSync(join(folder, `${kind}-${index}`));
  return tf.tensor1d(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
}
