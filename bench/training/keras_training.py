"""Does the same as bench/training/ours.ts with Keras, and prints the measurements as one line of JSON."""

import time

started = time.perf_counter()

import json
import os
import resource
import sys
from inspect import signature

import keras
import numpy as np
from keras import layers, ops

# The time from process start to the first line of this script.
elapsed_before = time.time() - float(os.environ["BENCH_STARTED"]) - (time.perf_counter() - started)

case = json.loads(sys.argv[1])
size, batch, steps, classes, jit = (case[name] for name in ("size", "batch", "steps", "classes", "jit"))


def small_cnn(x):
    """src/vision/models/backbones/small-cnn.ts."""

    def convolution(x, filters, kernel, strides):
        x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
        return layers.BatchNormalization(momentum=0.9)(x)

    x = layers.ReLU()(convolution(x, 24, 3, 2))
    for filters in (32, 48, 72, 104):
        first = layers.ReLU()(convolution(x, filters, 3, 2))
        x = layers.ReLU()(layers.Add()([convolution(x, filters, 1, 2), convolution(first, filters, 3, 1)]))
    return x


def masked_cross_entropy(target, probabilities):
    """Cross-entropy on probabilities: a target row of zeros has no loss and no gradient. Keras' own uses the logits."""
    share = ops.clip(probabilities / ops.sum(probabilities, axis=-1, keepdims=True), 1e-7, 1 - 1e-7)
    return -ops.sum(target * ops.log(share), axis=-1)


images = layers.Input((size, size, 3), dtype="uint8")
if "network" in case:
    build = getattr(keras.applications, case["network"])
    # The newer networks contain their preprocessing.
    x = images if "include_preprocessing" in signature(build).parameters else layers.Rescaling(1 / 127.5, offset=-1)(images)
    x = build(include_top=False, weights=None, pooling="avg", input_shape=(size, size, 3))(x)
else:
    x = layers.GlobalAveragePooling2D()(small_cnn(layers.Rescaling(1 / 127.5, offset=-1)(images)))
x = layers.Dropout(0.5)(x)
heads = [layers.Dense(count, activation="softmax", name=f"task_{index}")(x) for index, count in enumerate(classes)]
model = keras.Model(images, heads)
model.compile(keras.optimizers.Adam(1e-4), [masked_cross_entropy] * len(classes), jit_compile=jit)

pixels = np.random.default_rng(1).integers(0, 256, (batch, size, size, 3), dtype=np.uint8)
targets = [np.zeros((batch, count), np.float32) for count in classes]
for sample in range(batch):
    targets[sample % len(classes)][sample, 0] = 1


def timed(work):
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def take():
    model.train_on_batch(pixels, targets)


take()
first = (elapsed_before + time.perf_counter() - started) * 1000
taken = [timed(take) for _ in range(steps)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
model.predict_on_batch(pixels)
predicted = [timed(lambda: model.predict_on_batch(pixels)) for _ in range(steps)]
print(json.dumps({"first": first, "steps": taken, "predictions": predicted, "peak": peak}))
