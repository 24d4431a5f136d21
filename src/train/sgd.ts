import type { TensorFlow } from '../tensorflow/load.ts';
import type { Optimizer } from './optimizer.ts';

export interface MomentumOptions {
  /** The share of the last step that is taken again. */
  readonly momentum: number;
  /** Whether the gradient counts as taken after the momentum's step. */
  readonly nesterov: boolean;
}

/** Stochastic gradient descent as Keras computes it. */
export function sgd(tf: TensorFlow, weightCount: number, { momentum, nesterov }: MomentumOptions): Optimizer {
  const velocity = tf.variable(tf.zeros([weightCount]), false);
  return {
    update(weights, gradient, learningRate) {
      return tf.tidy(() => {
        const descent = tf.mul(gradient, -learningRate);
        velocity.assign(tf.add(tf.mul(velocity, momentum), descent));
        const taken = nesterov ? tf.add(tf.mul(velocity, momentum), descent) : velocity;
        return tf.add(weights, taken);
      });
    },
    dispose: () => velocity.dispose(),
  };
}
