import type { Result } from '../../shared/problem.ts';
import type { Hdf5Array } from './hdf5.ts';

/** The weights in an open file saved by Keras, or of a model of TensorFlow.js. */
export interface SavedWeights {
  /** The layers in the order of the model. */
  readonly layers: readonly SavedLayer[];
  readonly read: (weight: Hdf5Array) => Result<Float32Array>;
}

/** A layer with weights in a file saved by Keras. */
export interface SavedLayer {
  readonly name: string;
  /** The layer class in snake case, if the file gives the order of the layers only within each class. */
  readonly kind?: string;
  /** In Keras' order: trainable weights first. */
  readonly weights: readonly Hdf5Array[];
}
