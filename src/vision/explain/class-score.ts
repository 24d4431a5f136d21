import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
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
  const above = tf.slice(logits, [0, 0], [1, label]);
  const notAbove = tf.neg(tf.slice(logits, [0, label], [1, Math.min(1, columns - label)]));
  return tf.sum(tf.logSigmoid(tf.concat([above, notAbove], 1)));
};
