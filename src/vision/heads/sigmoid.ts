import { checkOption } from '../check-option.ts';
import { averageDecisions } from './average.ts';
import { type ClassLoss, clipped, crossEntropy } from './class-loss.ts';
import type { Head } from './head.ts';
import { shareOfRight } from './metrics.ts';

/** The options of `sigmoid`. */
export interface SigmoidOptions {
  /** The cross-entropy by default. */
  readonly loss?: ClassLoss;
  /** The probability from which a class is part of the answer; 0.5 by default. */
  readonly threshold?: number;
}

/**
 * A head that says of each class whether it is true: a dense layer with sigmoid. Its loss is the mean over the classes, as
 * Keras' `BinaryCrossentropy`; a class that is unknown ("m") counts as 0. The weight of a class, as the param `class_weights`
 * gives it, counts where the class is true.
 */
export function sigmoid({ loss = crossEntropy(), threshold = 0.5 }: SigmoidOptions = {}): Head {
  checkOption('sigmoid: threshold', threshold, [0, 1]);
  return {
    name: 'sigmoid',
    kinds: ['classes'],
    columns: ({ classes }) => classes,
    build: (layers, features, { name, classes }) =>
      layers.dense(features, { name, units: classes, activation: 'sigmoid' }),
    encode(label, { target, weight }, _, { labelSmoothing, classWeights }) {
      for (const [index, mark] of [...label].entries()) {
        const isTrue = mark === 'y';
        target[index] = (isTrue ? 1 - labelSmoothing : 0) + labelSmoothing / 2;
        if (mark !== 'm') weight[index] = isTrue ? (classWeights?.[index] ?? 1) : 1;
      }
    },
    loss(tf, { outputs, target, weight }) {
      const losses = loss(tf, { probabilities: clipped(tf, outputs), target, isExclusive: false });
      return tf.mean(tf.mul(losses, weight), 1);
    },
    decode: (outputs) => outputs,
    average: averageDecisions,
    threshold,
    metrics: { acc: shareOfRight(threshold) },
  };
}
