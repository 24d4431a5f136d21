import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { Program, Tracing } from '../../tensorflow/trace/program.ts';

/**
 * A factor on the loss in the backward pass, so that small gradients do not become zero in float16. It adapts as in
 * Keras' `LossScaleOptimizer`: a step whose gradients overflow changes no weight and halves the factor; after 2,000 other
 * steps in a row it is doubled. (The bias correction of Adam counts the steps that change nothing, too.)
 */
export interface LossScale {
  /** Returns the factor of a step, a scalar. */
  value(tracing: Tracing): Tensor;
  /**
   * Adapts the factor for the next step.
   *
   * @param finite a boolean scalar: whether all gradients of this step are finite.
   */
  adapt(tracing: Tracing, finite: Tensor): void;
}

const INITIAL_EXPONENT = 15;
const GROWTH_STEPS = 2000;

/** Adds a loss scale to the states of a program. */
export function createLossScale(tf: TensorFlow, program: Program): LossScale {
  // States begin at zero: the exponent counts from the initial one.
  const [exponent, steps] = [program.state([]), program.state([])];
  return {
    value: ({ read }) => tf.pow(2, tf.add(read(exponent), INITIAL_EXPONENT)),
    adapt({ read, assign }, finite) {
      const good = tf.cast(finite, 'float32');
      const counted = tf.mul(tf.add(read(steps), 1), good);
      const grows = tf.cast(tf.greaterEqual(counted, GROWTH_STEPS), 'float32');
      assign(steps, tf.mul(counted, tf.sub(1, grows)));
      assign(exponent, tf.add(read(exponent), tf.add(tf.sub(good, 1), grows)));
    },
  };
}
