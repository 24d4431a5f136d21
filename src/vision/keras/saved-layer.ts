import type { Hdf5Array } from './hdf5.ts';

/** A layer with weights, as a file of Keras has it. */
export interface SavedLayer {
  readonly name: string;
  /** Its class in snake case, where the order of the layers is told for each class only. */
  readonly kind?: string;
  /** In Keras' order: trainable ones first. */
  readonly weights: readonly Hdf5Array[];
}
