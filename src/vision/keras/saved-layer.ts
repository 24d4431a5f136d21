import type { Hdf5Array } from './hdf5.ts';

/** A layer with weights in a file saved by Keras. */
export interface SavedLayer {
  readonly name: string;
  /** The layer class in snake case, if the file gives the order of the layers only within each class. */
  readonly kind?: string;
  /** In Keras' order: trainable weights first. */
  readonly weights: readonly Hdf5Array[];
}
