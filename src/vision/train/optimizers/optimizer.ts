import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { Tracing } from '../../tensorflow/trace/program.ts';

export interface MomentumOptions {
  /** The share of the last step that is taken again. */
  readonly momentum: number;
  /** Whether the gradient counts as taken after the momentum's step. */
  readonly nesterov: boolean;
}

export type OptimizerOptions = { readonly name: 'adam' } | ({ readonly name: 'sgd' } & MomentumOptions);

/** Turns gradients into new weights op by op, keeping what it has to remember from step to step. */
export interface Optimizer {
  /** What it remembers, each float32 [weights]. */
  readonly state: readonly Variable[];
  /** @returns the new weights; all vectors are float32 [weights], the rate one for all or for each. */
  update(weights: Tensor1D, gradient: Tensor1D, rate: number | Tensor1D): Tensor1D;
  dispose(): void;
}

/** The same in a graph, which updates each weight where it lies. What it remembers are states of the graph. */
export interface GraphOptimizer {
  /**
   * Adds the ops of an update.
   *
   * @param gradients one a weight, in their order.
   * @param rates a scalar for each weight.
   */
  update(tracing: Tracing, gradients: readonly Tensor[], rates: readonly Tensor[]): void;
}
