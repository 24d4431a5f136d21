import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { PlacedHead } from '../heads/head-layout.ts';
import { ordinal } from '../heads/ordinal.ts';
import type { TensorFlow } from '../tensorflow/load.ts';

/**
 * How much a head speaks for a class.
 *
 * @param logits float32 [1, columns]: what its dense layer computes, before the activation.
 */
export type ClassScore = (tf: TensorFlow, logits: Tensor2D, label: number) => Scalar;

/** Returns the score of the classes of a head: undefined for a head of numbers, or without a column for each class. */
export function classScore({ head, task, columns }: PlacedHead): ClassScore | undefined {
  if (task.kind === 'numbers') return undefined;
  if (head.name === ordinal().name) return logProbability;
  return columns === task.classes ? ownColumn : undefined;
}

/** What the column of the class has before the activation. */
export const ownColumn: ClassScore = (tf, logits, label) => tf.sum(tf.slice(logits, [0, label], [1, 1]));

/** The logarithm of the probability of being above all classes before this one, and not above this one. */
const logProbability: ClassScore = (tf, logits, label) => {
  const [, columns = 0] = logits.shape;
  // log σ(x) = −softplus(−x). The gradient of tf.logSigmoid needs a tensor that is disposed of by then, and TensorFlow.js
  // cannot compute on tensors of no size.
  const terms: Tensor[] = [];
  if (label > 0) terms.push(tf.softplus(tf.neg(tf.slice(logits, [0, 0], [1, label]))));
  if (label < columns) terms.push(tf.softplus(tf.slice(logits, [0, label], [1, 1])));
  return tf.neg(tf.sum(tf.concat(terms, 1)));
};
