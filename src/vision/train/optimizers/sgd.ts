import type { TensorFlow } from '../../tensorflow/load.ts';
import { resourceApplyGradientDescent, resourceApplyMomentum } from '../../tensorflow/resource-apply.ts';
import type { GraphVariable } from '../../tensorflow/trace/program.ts';
import type { GraphOptimizer, MomentumOptions, Optimizer } from './optimizer.ts';

/**
 * Creates an optimizer for stochastic gradient descent, optionally with (Nesterov) momentum, that computes the same
 * updates as Keras' `SGD`.
 *
 * @param weightCount the number of values in all trainable weights together.
 */
export function sgd(tf: TensorFlow, weightCount: number, { momentum, nesterov }: MomentumOptions): Optimizer {
  const velocity = tf.variable(tf.zeros([weightCount]), false);
  return {
    state: momentum === 0 ? [] : [velocity],
    update(weights, gradient, rate) {
      return tf.tidy(() => {
        const descent = tf.neg(tf.mul(gradient, rate));
        velocity.assign(tf.add(tf.mul(velocity, momentum), descent));
        const taken = nesterov ? tf.add(tf.mul(velocity, momentum), descent) : velocity;
        return tf.add(weights, taken);
      });
    },
    dispose: () => velocity.dispose(),
  };
}

/** Creates the same optimizer for a graph, on TensorFlow's kernels. */
export function sgdInGraph(
  tf: TensorFlow,
  weights: readonly GraphVariable[],
  state: (shape: readonly number[]) => GraphVariable,
  { momentum, nesterov }: MomentumOptions,
): GraphOptimizer {
  const velocities = momentum === 0 ? [] : weights.map(({ shape }) => state(shape));
  return {
    update({ handle }, gradients, rates) {
      weights.forEach((weight, index) => {
        const [velocity, gradient, rate] = [velocities[index], gradients[index], rates[index]];
        if (gradient === undefined || rate === undefined) return;
        if (velocity === undefined) {
          resourceApplyGradientDescent(tf, handle(weight), rate, gradient);
        } else {
          const variables = { weights: handle(weight), velocity: handle(velocity) };
          resourceApplyMomentum(tf, variables, { rate, momentum, nesterov }, gradient);
        }
      });
    },
  };
}
