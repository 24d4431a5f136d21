import { expect, test } from 'vitest';
import { imagesToDevice } from '../../../src/vision/tensorflow/images-to-device.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

test('imagesToDevice returns float32 tensors with the values of the bytes', () => {
  const pixels = imagesToDevice(tf, Uint8Array.of(0, 1, 127, 128, 254, 255), [1, 1, 2, 3]);
  expect(pixels.dtype).toBe('float32');
  expect(pixels.shape).toEqual([1, 1, 2, 3]);
  expect([...pixels.dataSync()]).toEqual([0, 1, 127, 128, 254, 255]);
});

test('imagesToDevice copies the bytes, so the buffer of a batch can be reused', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const pixels = imagesToDevice(tf, bytes, [1, 1, 1, 3]);
  bytes.fill(9);
  expect([...pixels.dataSync()]).toEqual([1, 2, 3]);
});

test('imagesToDevice leaks no tensor', () => {
  const before = tf.memory().numTensors;
  imagesToDevice(tf, new Uint8Array(12), [1, 2, 2, 3]).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
