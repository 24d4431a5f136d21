import type { TensorFlow } from '../../tensorflow/load.ts';
import { resourceApplyAdam } from '../../tensorflow/resource-apply.ts';
import type { GraphVariable } from '../../tensorflow/trace/program.ts';
import type { GraphOptimizer, Optimizer } from './optimizer.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/**
 * Creates an Adam optimizer (Kingma & Ba, 2014) that computes the same updates as Keras' `Adam`: the bias correction is
 * part of the learning rate (see `adamRate`), and epsilon is added to the uncorrected square root. TensorFlow.js adds
 * epsilon after the correction, so its first steps differ.
 *
 * @param weightCount the number of values in all trainable weights together.
 */
export function adam(tf: TensorFlow, weightCount: number): Optimizer {
  const firstMoment = tf.variable(tf.zeros([weightCount]), false);
  const secondMoment = tf.variable(tf.zeros([weightCount]), false);
  return {
    state: [firstMoment, secondMoment],
    update(weights, gradient, rate) {
      return tf.tidy(() => {
        const updateMoment = (moment: typeof firstMoment, value: typeof gradient, share: number) =>
          moment.assign(tf.add(moment, tf.mul(tf.sub(value, moment), share)));
        updateMoment(firstMoment, gradient, 1 - BETA_1);
        updateMoment(secondMoment, tf.square(gradient), 1 - BETA_2);
        return tf.sub(weights, tf.div(tf.mul(firstMoment, rate), tf.add(tf.sqrt(secondMoment), EPSILON)));
      });
    },
    dispose() {
      firstMoment.dispose();
      secondMoment.dispose();
    },
  };
}

/** Creates the same optimizer for a graph, on TensorFlow's kernel `ResourceApplyAdam`. */
export function adamInGraph(
  tf: TensorFlow,
  weights: readonly GraphVariable[],
  state: (shape: readonly number[]) => GraphVariable,
): GraphOptimizer {
  const firstMoments = weights.map(({ shape }) => state(shape));
  const secondMoments = weights.map(({ shape }) => state(shape));
  return {
    update({ handle }, gradients, rates) {
      weights.forEach((weight, index) => {
        const [m, v, gradient, rate] = [firstMoments[index], secondMoments[index], gradients[index], rates[index]];
        if (m === undefined || v === undefined || gradient === undefined || rate === undefined) return;
        const options = { rate, beta1: BETA_1, beta2: BETA_2, epsilon: EPSILON };
        resourceApplyAdam(tf, { weights: handle(weight), m: handle(m), v: handle(v) }, options, gradient);
      });
    },
  };
}

/**
 * Returns the learning rate with Adam's bias correction for the next update.
 *
 * @param updates the number of updates made so far.
 */
export function adamRate(learningRate: number, updates: number): number {
  const t = updates + 1;
  return (learningRate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t);
}
