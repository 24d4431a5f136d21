import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

const ATTRIBUTES = { T: { type: 'float' }, use_locking: { bool: false } } as const;

/**
 * `weights -= rate · m / (√v + epsilon)` where they lie, with m and v the moving averages of the gradient and its square.
 *
 * @param weights m, v: handles of variables, of the gradient's shape.
 * @param rate a scalar in which the correction of the averages' bias is.
 */
export function resourceApplyAdam(
  tf: TensorFlow,
  variables: { readonly weights: Tensor; readonly m: Tensor; readonly v: Tensor },
  options: { readonly rate: Tensor; readonly beta1: number; readonly beta2: number; readonly epsilon: number },
  gradient: Tensor,
): void {
  const { weights, m, v } = variables;
  const { beta1, beta2 } = options;
  // The kernel takes 1 − beta in float32, which for 0.999 is 1.00005 times as much: the averages are larger by such factors.
  const [mFactor, vFactor] = [beta1, beta2].map((beta) => (1 - Math.fround(beta)) / (1 - beta)) as [number, number];
  const rate = tf.mul(options.rate, Math.sqrt(vFactor) / mFactor);
  const epsilon = options.epsilon * Math.sqrt(vFactor);
  // Its own correction of the bias, from powers of the betas, loses as many digits: powers of 0 turn it off.
  const [noCorrection, first, second, small] = [0, beta1, beta2, epsilon].map((value) => tf.scalar(value));
  executeOp(tf, {
    name: 'ResourceApplyAdam',
    attributes: { ...ATTRIBUTES, use_nesterov: { bool: false } },
    inputs: [weights, m, v, noCorrection, noCorrection, rate, first, second, small, gradient] as Tensor[],
    outputs: [],
  });
}

/** `velocity = momentum · velocity − rate · gradient`, and the weights move by it, or by what it will be after Nesterov. */
export function resourceApplyMomentum(
  tf: TensorFlow,
  variables: { readonly weights: Tensor; readonly velocity: Tensor },
  options: { readonly rate: Tensor; readonly momentum: number; readonly nesterov: boolean },
  gradient: Tensor,
): void {
  executeOp(tf, {
    name: 'ResourceApplyKerasMomentum',
    attributes: { ...ATTRIBUTES, use_nesterov: { bool: options.nesterov } },
    inputs: [variables.weights, variables.velocity, options.rate, gradient, tf.scalar(options.momentum)],
    outputs: [],
  });
}

/** `weights -= rate · gradient`. */
export function resourceApplyGradientDescent(tf: TensorFlow, weights: Tensor, rate: Tensor, gradient: Tensor): void {
  executeOp(tf, {
    name: 'ResourceApplyGradientDescent',
    attributes: ATTRIBUTES,
    inputs: [weights, rate, gradient],
    outputs: [],
  });
}
