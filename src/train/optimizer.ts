import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import { adam } from './adam.ts';
import { type MomentumOptions, sgd } from './sgd.ts';

/** Turns gradients into new weights, keeping what it has to remember from step to step. */
export interface Optimizer {
  /** @returns the new weights; all vectors are float32 [weights]. */
  update(weights: Tensor1D, gradient: Tensor1D, learningRate: number): Tensor1D;
  dispose(): void;
}

export type OptimizerOptions = { readonly name: 'adam' } | ({ readonly name: 'sgd' } & MomentumOptions);

export function createOptimizer(tf: TensorFlow, options: OptimizerOptions, weightCount: number): Optimizer {
  return options.name === 'adam' ? adam(tf, weightCount) : sgd(tf, weightCount, options);
}
