import { inspect } from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { checkOption } from '../../check-option.ts';
import type { WeightUpdate } from './optimizer.ts';

/** The weights that decay: all, as in Keras by default, or the kernels alone, as is usual for ConvNeXt and transformers. */
export const decayedWeights = ['all', 'kernels'] as const;

/** Decoupled weight decay: it acts on the weights, and not on the gradients. */
export interface WeightDecay {
  /** The fraction of a weight that it loses in each update, times the learning rate. */
  readonly weightDecay: number;
  readonly decayed: (typeof decayedWeights)[number];
}

/** The options of `adamW` and `lion`. */
export interface WeightDecayOptions {
  /** The fraction of a weight that it loses in each update, times the learning rate. */
  readonly weightDecay?: number | undefined;
  /** Which weights decay; all by default. */
  readonly decayed?: WeightDecay['decayed'] | undefined;
}

/** @throws a RangeError if the options are invalid. */
export function checkWeightDecay(name: string, { weightDecay, decayed }: WeightDecay): void {
  checkOption(`${name}: weightDecay`, weightDecay, [0, Number.MAX_VALUE]);
  if (!decayedWeights.includes(decayed))
    throw new RangeError(`${name}: decayed is ${inspect(decayed)}, expected 'all' or 'kernels'`);
}

/** Returns the weight after its decay. */
export function decayedWeight(
  { tf, weight, learningRate, isKernel }: WeightUpdate,
  { weightDecay, decayed }: WeightDecay,
): Tensor {
  if (weightDecay === 0 || (decayed === 'kernels' && !isKernel)) return weight;
  return tf.sub(weight, tf.mul(tf.mul(weight, weightDecay), learningRate));
}
