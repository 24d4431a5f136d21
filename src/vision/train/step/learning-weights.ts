import type { LayersModel, Variable } from '@tensorflow/tfjs-node-gpu';

/** Returns the variables that training changes: weights and moving averages of the layers that are not frozen. */
export function learningWeights({ layers }: Pick<LayersModel, 'layers'>): Variable[] {
  const learning = layers.filter(({ trainable }) => trainable);
  return learning.flatMap(({ weights }) => weights.map((weight) => weight.read() as Variable));
}
