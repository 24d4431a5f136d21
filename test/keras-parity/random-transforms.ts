/**
 * Python: augments images as `ImageDataGenerator.random_transform` would with the random numbers behind our transforms, by
 * Keras' own `apply_affine_transform`.
 */
export const AUGMENT = `
import numpy
from keras.src.legacy.preprocessing.image import ImageDataGenerator

def parameters(transform):
    a0, a1, _, b0, b1, *_ = transform
    theta = numpy.arctan2(-a1, b1)
    return {
        "theta": numpy.rad2deg(theta), "zx": numpy.hypot(a0, b0), "zy": numpy.hypot(a1, b1),
        "flip_horizontal": a0 * numpy.cos(theta) + b0 * numpy.sin(theta) < 0}

def augment(images, transforms):
    generator = ImageDataGenerator()
    return numpy.stack([
        generator.apply_transform(image.astype("float32"), parameters(transform))
        for image, transform in zip(images, transforms)])
`;
