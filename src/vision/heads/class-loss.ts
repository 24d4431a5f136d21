import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { checkOption } from '../check-option.ts';
import type { TensorFlow } from '../tensorflow/load.ts';

/** What the loss of a head of classes is computed from. */
export interface ClassLossTensors {
  /** float32 [n, classes], from 1e-7 to 1 − 1e-7. */
  readonly probabilities: Tensor2D;
  /** float32 [n, classes]: 1 for a true class and 0 for others, or what label smoothing makes of these. */
  readonly target: Tensor2D;
  /** Whether exactly one class is true, and the probabilities sum to 1; otherwise each class is a question of its own. */
  readonly isExclusive: boolean;
}

/**
 * Returns the loss of each class, float32 [n, classes]; the head weights and sums it. It is traced into the graph of a
 * training step, so it consists of TensorFlow.js ops, and must be finite.
 */
export type ClassLoss = (tf: TensorFlow, tensors: ClassLossTensors) => Tensor2D;

/** Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras, so that no logarithm is infinite. */
const EPSILON = 1e-7;

/** Returns probabilities as a loss takes them. */
export function clipped(tf: TensorFlow, probabilities: Tensor2D): Tensor2D {
  return tf.clipByValue(probabilities, EPSILON, 1 - EPSILON);
}

const crossEntropyLoss: ClassLoss = (tf, { probabilities, target, isExclusive }) => {
  const ofTrue = tf.mul(tf.log(probabilities), target);
  if (isExclusive) return tf.neg(ofTrue) as Tensor2D;
  return tf.neg(tf.add(ofTrue, tf.mul(tf.log(tf.sub(1, probabilities)), tf.sub(1, target)))) as Tensor2D;
};

/** The cross-entropy: −t·log p for each class, and −(1 − t)·log(1 − p) besides where several may be true. */
export function crossEntropy(): ClassLoss {
  return crossEntropyLoss;
}

/** The options of `focal`. */
export interface FocalOptions {
  /** How much the classes that are already predicted well count less; 0 is the cross-entropy. */
  readonly gamma: number;
  /**
   * A factor on the loss, in (0, 1). Where several classes may be true, it is that of the true ones, and that of the others
   * is 1 − alpha, as with Keras' `apply_class_balancing`. None by default; Keras' is 0.25.
   */
  readonly alpha?: number;
}

/**
 * The focal loss (Lin et al., "Focal Loss for Dense Object Detection", 2017): the cross-entropy times (1 − p)^gamma, where p
 * is the probability of what is true; as Keras' `CategoricalFocalCrossentropy` and `BinaryFocalCrossentropy`.
 */
export function focal({ gamma, alpha }: FocalOptions): ClassLoss {
  checkOption('focal: gamma', gamma, [0, 100]);
  if (alpha !== undefined) checkOption('focal: alpha', alpha, [0, 1]);
  return (tf, tensors) => {
    const { probabilities, target, isExclusive } = tensors;
    const others = tf.sub(1, target);
    const ofTruth = isExclusive
      ? probabilities
      : tf.add(tf.mul(target, probabilities), tf.mul(others, tf.sub(1, probabilities)));
    const loss = tf.mul(tf.pow(tf.sub(1, ofTruth), gamma), crossEntropyLoss(tf, tensors));
    if (alpha === undefined) return loss as Tensor2D;
    const factor = isExclusive ? alpha : tf.add(tf.mul(target, alpha), tf.mul(others, 1 - alpha));
    return tf.mul(loss, factor) as Tensor2D;
  };
}
