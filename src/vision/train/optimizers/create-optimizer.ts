import type { TensorFlow } from '../../tensorflow/load.ts';
import type { GraphVariable } from '../../tensorflow/trace/program.ts';
import { adam, adamInGraph, adamRate } from './adam.ts';
import type { GraphOptimizer, Optimizer, OptimizerOptions } from './optimizer.ts';
import { sgd, sgdInGraph } from './sgd.ts';

/**
 * Creates an optimizer that runs op by op.
 *
 * @param weightCount the number of values in all trainable weights together.
 */
export function createOptimizer(tf: TensorFlow, options: OptimizerOptions, weightCount: number): Optimizer {
  return options.name === 'adam' ? adam(tf, weightCount) : sgd(tf, weightCount, options);
}

/**
 * Creates an optimizer that adds its ops to a graph.
 *
 * @param weights the trainable weights.
 * @param state creates a variable of a shape, initialized to zero, for the optimizer's state.
 */
export function createGraphOptimizer(
  tf: TensorFlow,
  options: OptimizerOptions,
  weights: readonly GraphVariable[],
  state: (shape: readonly number[]) => GraphVariable,
): GraphOptimizer {
  return options.name === 'adam' ? adamInGraph(tf, weights, state) : sgdInGraph(tf, weights, state, options);
}

/**
 * Returns the learning rate to pass to an optimizer's update: for Adam, with its bias correction.
 *
 * @param updates the number of updates that this optimizer has made so far.
 */
export function optimizerRate({ name }: OptimizerOptions, learningRate: number, updates: number): number {
  return name === 'adam' ? adamRate(learningRate, updates) : learningRate;
}
