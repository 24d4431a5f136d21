import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Tracing } from '../../tensorflow/trace/program.ts';

export interface MomentumOptions {
  /** The momentum coefficient, in [0, 1). */
  readonly momentum: number;
  /** Whether to apply Nesterov momentum. */
  readonly nesterov: boolean;
}

export type OptimizerOptions = { readonly name: 'adam' } | ({ readonly name: 'sgd' } & MomentumOptions);

/** Computes new weights from gradients op by op, and keeps its state (moments, velocity) from step to step. */
export interface Optimizer {
  /** The optimizer's state, each float32 [weights]. */
  readonly state: readonly Variable[];
  /**
   * Computes the weights after one update.
   *
   * @param weights float32 [weights]: all trainable weights in one vector.
   * @param gradient float32 [weights].
   * @param rate one learning rate for all values, or float32 [weights].
   * @returns float32 [weights].
   */
  update(weights: Tensor1D, gradient: Tensor1D, rate: number | Tensor1D): Tensor1D;
  dispose(): void;
}

/** An optimizer in a graph. It updates each weight in place; its state is kept in state variables of the graph. */
export interface GraphOptimizer {
  /**
   * Adds the ops of one update.
   *
   * @param gradients one for each weight, in order.
   * @param rates a scalar learning rate for each weight.
   */
  update(tracing: Tracing, gradients: readonly Tensor[], rates: readonly Tensor[]): void;
}
