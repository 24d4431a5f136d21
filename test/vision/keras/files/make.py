"""Creates the files in this folder: python make.py, with the packages in scripts/keras/requirements.txt.

One small model in every layout in which Keras 3 saves weights. Its weights are 0, 0.1, 0.2, … in Keras' order.
"""

import os

import keras
import numpy


def tiny_model():
    layers = keras.layers
    image = layers.Input((8, 8, 3), name="image")
    x = layers.Conv2D(2, 3, strides=2, use_bias=False, name="conv")(image)
    x = layers.BatchNormalization(scale=False, name="bn")(x)
    x = layers.SeparableConv2D(2, 3, padding="same", name="separable")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    model = keras.Model(image, [layers.Dense(3, name="colour")(x), layers.Dense(2, name="shade")(x)], name="tiny")
    assigned = 0
    for layer in model.layers:
        values = []
        for weight in layer.trainable_weights + layer.non_trainable_weights:
            if weight.dtype == "uint32" or "seed" in weight.name:
                continue
            size = int(numpy.prod(weight.shape))
            values.append(((assigned + numpy.arange(size)) / 10).reshape(weight.shape).astype("float32"))
            assigned += size
        if values:
            layer.set_weights(values)
    return model


folder = os.path.dirname(os.path.abspath(__file__))
model = tiny_model()
model.save(f"{folder}/keras.h5")
model.save(f"{folder}/keras.keras")
model.save_weights(f"{folder}/keras.weights.h5")
