import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';

/**
 * The zeros around feature maps with which a `valid` convolution of stride 2 lies as Keras' networks have it
 * (`imagenet_utils.correct_pad`): it depends on whether height and width are even.
 */
export function halvingPadding(x: SymbolicTensor, kernelSize: number): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const [, height, width] = x.shape as [null, number, number, number];
  const along = (length: number): [number, number] => [half - 1 + (length % 2), half];
  return [along(height), along(width)];
}
