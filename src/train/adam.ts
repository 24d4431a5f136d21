import type { TensorFlow } from '../tensorflow/load.ts';
import type { Optimizer } from './optimizer.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/**
 * Adam as Keras computes it: the bias correction goes into the learning rate, so epsilon is added to the uncorrected
 * root. TensorFlow.js' own adds it after the correction, and the first steps differ.
 */
export function adam(tf: TensorFlow, weightCount: number): Optimizer {
  const firstMoment = tf.variable(tf.zeros([weightCount]), false);
  const secondMoment = tf.variable(tf.zeros([weightCount]), false);
  let step = 0;
  return {
    update(weights, gradient, learningRate) {
      step += 1;
      const correctedRate = (learningRate * Math.sqrt(1 - BETA_2 ** step)) / (1 - BETA_1 ** step);
      return tf.tidy(() => {
        const towards = (moment: typeof firstMoment, value: typeof gradient, share: number) =>
          moment.assign(tf.add(moment, tf.mul(tf.sub(value, moment), share)));
        towards(firstMoment, gradient, 1 - BETA_1);
        towards(secondMoment, tf.square(gradient), 1 - BETA_2);
        return tf.sub(weights, tf.div(tf.mul(firstMoment, correctedRate), tf.add(tf.sqrt(secondMoment), EPSILON)));
      });
    },
    dispose() {
      firstMoment.dispose();
      secondMoment.dispose();
    },
  };
}
