import { expect, test } from 'vitest';
import { projectiveTransform } from '../../../src/vision/tensorflow/projective-transform.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

/** One grey row of three pixels. */
const row = (...values: [number, number, number]) => tf.tensor4d(values, [1, 1, 3, 1]);
const transformed = (image: ReturnType<typeof row>, ...transform: number[]) => [
  ...projectiveTransform(tf, image, tf.tensor2d(transform, [1, 8])).dataSync(),
];

test('projectiveTransform maps output pixels to input pixels', () => {
  expect(transformed(row(10, 20, 30), -1, 0, 2, 0, 1, 0, 0, 0)).toEqual([30, 20, 10]);
});

test('projectiveTransform interpolates between two pixels', () => {
  expect(transformed(row(10, 20, 40), 1, 0, 0.5, 0, 1, 0, 0, 0)).toEqual([15, 30, 40]);
});

test('projectiveTransform repeats edge pixels outside the image', () => {
  expect(transformed(row(10, 20, 30), 1, 0, -2, 0, 1, 0, 0, 0)).toEqual([10, 10, 10]);
});

test('projectiveTransform applies one transform to each image', () => {
  const images = tf.concat([row(1, 2, 3), row(4, 5, 6)]);
  const transforms = tf.tensor2d([
    [1, 0, 0, 0, 1, 0, 0, 0],
    [-1, 0, 2, 0, 1, 0, 0, 0],
  ]);
  expect([...projectiveTransform(tf, images, transforms).dataSync()]).toEqual([1, 2, 3, 6, 5, 4]);
});
