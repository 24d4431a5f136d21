import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';
import { averageShares } from './average.ts';
import { type ClassLoss, clipped, crossEntropy } from './class-loss.ts';
import type { Head, HeadTask, HeadTensors } from './head.ts';
import { isRight } from './metrics.ts';

/** The options of `softmax`. */
export interface SoftmaxOptions {
  /** The cross-entropy by default. */
  readonly loss?: ClassLoss;
}

/** A head that chooses one class of several: a dense layer with softmax. Its loss is the sum over the classes. */
export function softmax({ loss = crossEntropy() }: SoftmaxOptions = {}): Head {
  return {
    name: 'softmax',
    kinds: ['class', 'ordered'],
    columns: ({ classes }) => classes,
    build: (layers, features, task) => layers.softmaxClassifier(features, task),
    encode(label, { target, weight }, { classes }, { labelSmoothing, classWeights }) {
      const index = label.indexOf('y');
      target.fill(labelSmoothing / classes);
      target[index] = 1 - labelSmoothing + labelSmoothing / classes;
      weight.fill(classWeights?.[index] ?? 1);
    },
    loss: (tf, tensors) => lossOf(tf, tensors, tf.sum(tensors.outputs, 1, true), loss),
    // A loss of one's own may look at a whole row, as if it were that of one task.
    ...(loss === crossEntropy() && {
      jointLoss: (tf, tensors, tasks) => lossOf(tf, tensors, totalsByHead(tf, tensors.outputs, tasks), loss),
    }),
    decode: (outputs) => outputs,
    average: averageShares,
    metrics: { acc: isRight },
  };
}

/**
 * Divides the outputs by their sum, as Keras' `categorical_crossentropy` on probabilities. (Its fused kernel on logits would
 * give a head without label the gradient p instead of 0.)
 */
function lossOf(
  tf: TensorFlow,
  { outputs, target, weight }: HeadTensors,
  totals: ReturnType<TensorFlow['sum']>,
  loss: ClassLoss,
): Tensor1D {
  const probabilities = clipped(tf, tf.div(outputs, totals));
  return tf.sum(tf.mul(loss(tf, { probabilities, target, isExclusive: true }), weight), 1);
}

/** Returns for each column the sum of the columns of its head, float32 [n, columns]. */
function totalsByHead(tf: TensorFlow, outputs: Tensor2D, tasks: readonly HeadTask[]): Tensor2D {
  const heads = tasks.flatMap(({ classes }, head) => Array.from({ length: classes }, () => head));
  const isSameHead = heads.map((head) => heads.map((other) => (head === other ? 1 : 0)));
  return tf.matMul(outputs, tf.tensor2d(isSameHead));
}
