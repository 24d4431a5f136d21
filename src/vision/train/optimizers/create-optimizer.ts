import type { TensorFlow } from '../../tensorflow/load.ts';
import type { GraphVariable } from '../../tensorflow/trace/program.ts';
import { adam, adamInGraph, adamRate } from './adam.ts';
import type { GraphOptimizer, Optimizer, OptimizerOptions } from './optimizer.ts';
import { sgd, sgdInGraph } from './sgd.ts';

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
