import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** What an optimizer is given for one update of one weight. */
export interface WeightUpdate {
  readonly tf: TensorFlow;
  /** float32: the weight before the update. */
  readonly weight: Tensor;
  /** float32, of the weight's shape. */
  readonly gradient: Tensor;
  /** What the optimizer keeps for this weight, each float32 of the weight's shape. */
  readonly slots: readonly Tensor[];
  /** float32 []: the learning rate of this update, times the factor of the layer. */
  readonly learningRate: Scalar;
  /** float32 []: what `rate` of the optimizer returns, times the factor of the layer; without `rate` the learning rate. */
  readonly rate: Scalar;
  /** float32 []: the number of this update, counted from 1. */
  readonly update: Scalar;
  /** Whether the weight is the kernel of a layer, and not a bias, a layer scale or a weight of a normalization. */
  readonly isKernel: boolean;
}

/** A weight and what is kept for it after an update. */
export interface UpdatedWeight {
  readonly weight: Tensor;
  readonly slots: readonly Tensor[];
}

/** The variables of one weight in a graph. */
export interface WeightHandles {
  readonly weight: Tensor;
  readonly slots: readonly Tensor[];
  /** Sets the weight to a value before the kernel updates it. */
  setWeight(value: Tensor): void;
}

/**
 * Adds a kernel of TensorFlow to the graph that is being traced, which updates the variables in place and computes the
 * same as an `update`. It is a property of that function, so that an optimizer with another `update` does not have it.
 */
export interface InPlaceUpdate {
  readonly inPlace: (of: WeightUpdate, handles: WeightHandles) => void;
}

/**
 * Computes new weights from gradients. `update` is traced into the graph of a training step: it consists of TensorFlow.js
 * ops on tensors whose values it cannot read.
 */
export interface Optimizer {
  readonly name: string;
  /** How many tensors it keeps for each weight, such as moments. They are zero at first. */
  readonly slots: number;
  /**
   * Returns a learning rate that is computed in JavaScript, in 64 bits, such as that of Adam with its bias correction.
   *
   * @param update the number of the update, counted from 1.
   */
  readonly rate?: (learningRate: number, update: number) => number;
  /** Returns the weight and what is kept after one update. */
  readonly update: ((of: WeightUpdate) => UpdatedWeight) & Partial<InPlaceUpdate>;
}
