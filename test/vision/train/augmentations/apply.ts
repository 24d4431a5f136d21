import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { augment, drawNumbers, drawnNumbers } from '../../../../src/vision/train/augmentations/augment.ts';
import type { Augmentation } from '../../../../src/vision/train/augmentations/augmentation.ts';
import type { Random } from '../../../../src/vision/train/augmentations/random.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

export const tf = await tensorFlow();

export const SIZE = { height: 7, width: 9 };
/** The number of values of an image. */
const VALUES = SIZE.height * SIZE.width * 3;

/** Images whose values all differ, from 0 to 255: float32 [count, 7, 9, 3]. */
export function pixelsOf(count: number): Tensor4D {
  const values = Float32Array.from(
    { length: count * VALUES },
    (_, at) => (Math.imul(at + 1, 2654435761) >>> 24) + 0.25,
  );
  return tf.tensor4d(values, [count, SIZE.height, SIZE.width, 3]).minimum(255) as Tensor4D;
}

export interface Applied {
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** The numbers that were drawn for each image. */
  readonly drawn: readonly (readonly number[])[];
}

/** Applies augmentations to images as a step does. */
export function applied(augmentations: readonly Augmentation[], count: number, step = 3): Applied {
  const numbers = drawNumbers(augmentations, count, SIZE, { seed: 2018, step });
  return applyDrawn(augmentations, numbers, count, step);
}

/** Applies augmentations to images with given numbers. */
export function applyDrawn(
  augmentations: readonly Augmentation[],
  numbers: Float32Array,
  count: number,
  step = 3,
): Applied {
  const columns = drawnNumbers(augmentations);
  const drawn = Array.from({ length: count }, (_, image) => [
    ...numbers.subarray(image * columns, (image + 1) * columns),
  ]);
  return tf.tidy(() => {
    const pixels = pixelsOf(count);
    const given = { drawn: tf.tensor2d(numbers, [count, columns]), key: tf.tensor1d([2018, step], 'int32') };
    const { pixels: changed } = augment(tf, augmentations, { pixels, targets: [] }, given);
    return { before: pixels.dataSync<'float32'>(), after: changed.dataSync<'float32'>(), drawn };
  });
}

/** The value of a channel at a place; outside of the image that of the nearest pixel. */
export function at(images: Float32Array, image: number, y: number, x: number, channel: number): number {
  const row = Math.min(SIZE.height - 1, Math.max(0, y));
  const column = Math.min(SIZE.width - 1, Math.max(0, x));
  return images[image * VALUES + (row * SIZE.width + column) * 3 + channel] ?? Number.NaN;
}

/** Returns what `value` gives for each value of the images, in order. */
export function everywhere(
  count: number,
  value: (image: number, y: number, x: number, channel: number) => number,
): Float32Array {
  return Float32Array.from({ length: count * VALUES }, (_, index) => {
    const pixel = Math.floor((index % VALUES) / 3);
    return value(Math.floor(index / VALUES), Math.floor(pixel / SIZE.width), pixel % SIZE.width, index % 3);
  });
}

/** The largest difference between two images. */
export function difference(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}

/** Random numbers that always are the given ones, in a circle. */
export function fixedRandom(uniforms: readonly number[], indices: readonly number[] = [0]): Random {
  let [uniform, index] = [0, 0];
  return {
    uniform: (from, to) => from + (to - from) * (uniforms[uniform++ % uniforms.length] ?? 0),
    index: (count) => Math.min(count - 1, indices[index++ % indices.length] ?? 0),
    beta: () => uniforms[uniform++ % uniforms.length] ?? 0,
  };
}
