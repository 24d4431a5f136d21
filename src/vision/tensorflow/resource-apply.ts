import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

const ATTRIBUTES = { T: { type: 'float' }, use_locking: { bool: false } } as const;

/**
 * Updates weights in place by Adam: `weights -= rate · m / (√v + epsilon)`, where m and v are the moving averages of
 * the gradient and of its square (`tf.raw_ops.ResourceApplyAdam`).
 *
 * @param variables handles of variables with the shape of the gradient.
 * @param options `rate` is a float32 scalar that includes the bias correction.
 * @param gradient float32.
 */
export function resourceApplyAdam(
  tf: TensorFlow,
  variables: { readonly weights: Tensor; readonly m: Tensor; readonly v: Tensor },
  options: { readonly rate: Tensor; readonly beta1: number; readonly beta2: number; readonly epsilon: number },
  gradient: Tensor,
): void {
  const { weights, m, v } = variables;
  const { beta1, beta2 } = options;
  // The kernel computes 1 − beta in float32, which is off by a factor of 1.00005 for 0.999: the moving averages are
  // larger by that factor.
  const [mFactor, vFactor] = [beta1, beta2].map((beta) => (1 - Math.fround(beta)) / (1 - beta)) as [number, number];
  const rate = tf.mul(options.rate, Math.sqrt(vFactor) / mFactor);
  const epsilon = options.epsilon * Math.sqrt(vFactor);
  // The kernel's own bias correction, by powers of the betas, is as inexact: powers of 0 turn it off.
  const [noCorrection, first, second, small] = [0, beta1, beta2, epsilon].map((value) => tf.scalar(value));
  executeOp(tf, {
    name: 'ResourceApplyAdam',
    attributes: { ...ATTRIBUTES, use_nesterov: { bool: false } },
    inputs: [weights, m, v, noCorrection, noCorrection, rate, first, second, small, gradient] as Tensor[],
    outputs: [],
  });
}

/**
 * Updates weights in place by SGD with momentum, as Keras' `SGD`: `velocity = momentum · velocity − rate · gradient`,
 * and `weights += velocity`, or with Nesterov momentum `weights += momentum · velocity − rate · gradient`
 * (`tf.raw_ops.ResourceApplyKerasMomentum`).
 */
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

/** Updates weights in place: `weights -= rate · gradient` (`tf.raw_ops.ResourceApplyGradientDescent`). */
export function resourceApplyGradientDescent(tf: TensorFlow, weights: Tensor, rate: Tensor, gradient: Tensor): void {
  executeOp(tf, {
    name: 'ResourceApplyGradientDescent',
    attributes: ATTRIBUTES,
    inputs: [weights, rate, gradient],
    outputs: [],
  });
}
