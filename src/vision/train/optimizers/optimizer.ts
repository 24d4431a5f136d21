import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { GraphVariable, Tracing } from '../../tensorflow/trace/program.ts';
import { adam, adamInGraph, adamRate } from './adam.ts';
import { type MomentumOptions, sgd, sgdInGraph } from './sgd.ts';

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

export function createOptimizer(tf: TensorFlow, options: OptimizerOptions, weightCount: number): Optimizer {
  return options.name === 'adam' ? adam(tf, weightCount) : sgd(tf, weightCount, options);
}

/** @param state makes a variable of a shape, zero at first. */
export function createGraphOptimizer(
  tf: TensorFlow,
  options: OptimizerOptions,
  weights: readonly GraphVariable[],
  state: (shape: readonly number[]) => GraphVariable,
): GraphOptimizer {
  return options.name === 'adam' ? adamInGraph(tf, weights, state) : sgdInGraph(tf, weights, state, options);
}

/**
 * The rate that an optimizer's formula takes.
 *
 * @param updates made before by this optimizer.
 */
export function optimizerRate({ name }: OptimizerOptions, learningRate: number, updates: number): number {
  return name === 'adam' ? adamRate(learningRate, updates) : learningRate;
}
