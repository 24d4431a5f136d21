import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { numbersIn } from '../data/tables/label-kind.ts';
import { type NumberStatistics, numberStatistics } from '../data/tables/number-statistics.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { Fitted, Head, HeadTask } from './head.ts';
import { absoluteError } from './metrics.ts';

/**
 * Returns the loss of each number, float32 [n, numbers], from numbers of the same shape whose mean is 0 and whose standard
 * deviation is 1 over the training split. It is traced into the graph of a training step, so it consists of TensorFlow.js ops.
 */
export type NumberLoss = (
  tf: TensorFlow,
  tensors: { readonly outputs: Tensor2D; readonly target: Tensor2D },
) => Tensor2D;

/** The losses by name, as Keras' with their defaults. */
const LOSSES = {
  mse: (tf, { outputs, target }) => tf.squaredDifference(outputs, target) as Tensor2D,
  mae: (tf, { outputs, target }) => tf.abs(tf.sub(outputs, target)),
  huber: (tf, { outputs, target }) => {
    const distance = tf.abs(tf.sub(outputs, target));
    // Half the square up to 1, and linear from there. TensorFlow.js has no gradients through comparisons.
    const near = tf.minimum(distance, 1);
    return tf.add(tf.mul(0.5, tf.square(near)), tf.sub(distance, near)) as Tensor2D;
  },
} as const satisfies Readonly<Record<string, NumberLoss>>;

/** The options of `regression`. */
export interface RegressionOptions {
  /** The square of the error (`mse`), which is the default, its absolute value, the Huber loss, or a function. */
  readonly loss?: keyof typeof LOSSES | NumberLoss;
}

/**
 * A head for numbers: a dense layer without activation, and a rescaling so that the model puts out the numbers themselves. It
 * learns numbers of mean 0 and standard deviation 1 (over the training split), so that its loss is of the size of the others.
 * The loss is the mean over the numbers of a sample; an unknown one counts as 0.
 */
export function regression({ loss = 'mse' }: RegressionOptions = {}): Head {
  const lossOf = typeof loss === 'function' ? loss : LOSSES[loss];
  if (typeof lossOf !== 'function')
    throw new RangeError(`regression: loss is "${loss}", expected ${Object.keys(LOSSES).join(', ')} or a function`);
  return {
    name: 'regression',
    kinds: ['numbers'],
    columns: ({ classes }) => classes,
    fit: (labels, { classes }) => scaleOf(numberStatistics(labels, classes)),
    build(layers, features, task) {
      const { mean, deviation } = fittedOf(task);
      const learnt = layers.dense(features, { name: task.name, units: task.classes });
      return layers.rescaling(learnt, { name: `${task.name}_numbers`, scale: deviation, offset: mean });
    },
    encode(label, { target, weight }) {
      for (const [index, number] of numbersIn(label).entries()) {
        if (Number.isNaN(number)) continue;
        target[index] = number;
        weight[index] = 1;
      }
    },
    loss(tf, { outputs, target, weight }, task) {
      const { mean, deviation } = fittedOf(task);
      const means = tf.tensor2d([[...mean]]);
      const standardized = (numbers: Tensor2D) =>
        tf.div(tf.sub(numbers, means), tf.tensor2d([[...deviation]])) as Tensor2D;
      // 0, which stands for what is unknown, may be far away from any number.
      const known = tf.where(tf.greater(weight, 0), target, tf.mul(means, tf.onesLike(target))) as Tensor2D;
      const losses = lossOf(tf, { outputs: standardized(outputs), target: standardized(known) });
      return tf.mean(tf.mul(losses, weight), 1);
    },
    decode: (outputs) => outputs,
    metrics: { mae: absoluteError },
  };
}

function scaleOf(numbers: readonly NumberStatistics[]) {
  return {
    mean: numbers.map(({ mean = 0 }) => mean),
    // Where all numbers are the same, there is nothing to divide by.
    deviation: numbers.map(({ standard_deviation: deviation = 1 }) => deviation || 1),
  };
}

function fittedOf({ classes, fitted }: HeadTask): Fitted & ReturnType<typeof scaleOf> {
  const filled = (value: number) => Array.from({ length: classes }, () => value);
  return { mean: [...(fitted?.['mean'] ?? filled(0))], deviation: [...(fitted?.['deviation'] ?? filled(1))] };
}
