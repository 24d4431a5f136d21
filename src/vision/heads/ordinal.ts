import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import { averageShares } from './average.ts';
import { clipped, crossEntropy } from './class-loss.ts';
import type { Head, HeadTask, HeadTensors } from './head.ts';
import { classDistance, isRight } from './metrics.ts';

/**
 * A head for classes in order, such as lengths (CORN: Shi, Cao and Raschka, "Deep Neural Networks for Rank-Consistent Ordinal
 * Regression Based On Conditional Probabilities", 2021). Of K classes, it puts out K − 1 columns: column k is the probability
 * that a sample is above class k if it is not below, and learns from the samples that are not below. So the probability of
 * each class is a product, and never negative.
 *
 * Its loss, the sum over the columns, is the cross-entropy of the class. The `corn_loss` of the authors divides the same sum over
 * a batch by the number of the learning columns instead of that of the samples. Label smoothing does not apply.
 */
export function ordinal(): Head {
  return {
    name: 'ordinal',
    kinds: ['ordered', 'class'],
    columns: columnsOf,
    build: (layers, features, task) =>
      layers.dense(features, { name: task.name, units: columnsOf(task), activation: 'sigmoid' }),
    encode(label, { target, weight }, task, { classWeights }) {
      const index = label.indexOf('y');
      const last = Math.min(index, columnsOf(task) - 1);
      target.fill(1, 0, index);
      weight.fill(classWeights?.[index] ?? 1, 0, last + 1);
    },
    loss,
    jointLoss: loss,
    decode: classProbabilities,
    // A model that is sure of a low class has learnt nothing about the columns of the higher ones.
    average(models, average, task) {
      const classes = models.map(({ outputs, share }) => ({ outputs: classProbabilities(outputs, task), share }));
      return conditionalProbabilities(averageShares(classes, average), columnsOf(task));
    },
    metrics: { acc: isRight, mae: classDistance },
  };
}

/** At least one: no layer puts out none. */
function columnsOf({ classes }: HeadTask): number {
  return Math.max(1, classes - 1);
}

function loss(tf: TensorFlow, { outputs, target, weight }: HeadTensors): Tensor1D {
  const losses = crossEntropy()(tf, { probabilities: clipped(tf, outputs), target, isExclusive: false });
  return tf.sum(tf.mul(losses, weight), 1);
}

function classProbabilities(outputs: Float32Array, { classes }: HeadTask): Float32Array {
  const probabilities = new Float32Array(classes);
  let notBelow = 1;
  for (let index = 0; index < classes - 1; index += 1) {
    const above = notBelow * (outputs[index] ?? 0);
    probabilities[index] = notBelow - above;
    notBelow = above;
  }
  probabilities[classes - 1] = notBelow;
  return probabilities;
}

/** Returns for each column the probability of being above its class, if not below: the inverse of `classProbabilities`. */
function conditionalProbabilities(classes: Float64Array, columns: number): Float64Array {
  const conditional = new Float64Array(columns);
  let above = classes.subarray(columns).reduce((sum, each) => sum + each, 0);
  for (let index = columns - 1; index >= 0; index -= 1) {
    const notBelow = above + (classes[index] ?? 0);
    conditional[index] = notBelow === 0 ? 0 : above / notBelow;
    above = notBelow;
  }
  return conditional;
}
