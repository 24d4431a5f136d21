import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';

/**
 * Returns the zero padding before a `valid` convolution of stride 2, as Keras' `imagenet_utils.correct_pad`. It depends
 * on whether height and width are even.
 *
 * @param x [n, height, width, channels].
 * @returns pixels at the top and bottom, and at the left and right.
 */
export function correctPad(x: SymbolicTensor, kernelSize: number): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const [, height, width] = x.shape as [null, number, number, number];
  const along = (length: number): [number, number] => [half - 1 + (length % 2), half];
  return [along(height), along(width)];
}
