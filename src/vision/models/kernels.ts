import type { LayerVariable } from '@tensorflow/tfjs-node-gpu';

/** Whether a weight is the kernel of a layer, and not a bias, a layer scale or a weight of a normalization. */
export function isKernel({ originalName }: Pick<LayerVariable, 'originalName'>): boolean {
  return originalName.endsWith('kernel');
}
