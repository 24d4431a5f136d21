import type { LayersModel } from '@tensorflow/tfjs-node-gpu';

/**
 * Looks for weights that are NaN or infinite. A model with such weights may seem to train: fused ops can hide a NaN.
 *
 * @returns what the first such weight is, as the end of a sentence; undefined if all are finite.
 */
export function findNonFiniteWeight(model: LayersModel): string | undefined {
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      const wrong = weight
        .read()
        .dataSync<'float32'>()
        .find((value) => !Number.isFinite(value));
      if (wrong === undefined) continue;
      const name = weight.originalName.replace(/^.*\//, '');
      return `"${name}" of layer "${layer.name}" has a value that is ${Number.isNaN(wrong) ? 'NaN' : 'infinite'}`;
    }
  }
  return undefined;
}
