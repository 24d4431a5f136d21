import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { resourceApplyAdam } from '../../tensorflow/resource-apply.ts';
import type { InPlaceUpdate, Optimizer, WeightUpdate } from './optimizer.ts';
import { checkWeightDecay, decayedWeight, type WeightDecayOptions } from './weight-decay.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/** Returns Adam as an optimizer that updates what `before` makes of a weight. */
function adamAfter(name: string, before?: (of: WeightUpdate) => Tensor): Optimizer {
  const update: Optimizer['update'] = (of) => {
    const { tf, weight, gradient, slots, rate } = of;
    const moved = (moment: Tensor, value: Tensor, share: number) =>
      tf.add(moment, tf.mul(tf.sub(value, moment), share));
    const m = moved(slots[0] ?? gradient, gradient, 1 - BETA_1);
    const v = moved(slots[1] ?? gradient, tf.square(gradient), 1 - BETA_2);
    const descent = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), EPSILON));
    return { weight: tf.sub(before?.(of) ?? weight, descent), slots: [m, v] };
  };
  const inPlace: InPlaceUpdate['inPlace'] = (of, { weight: weights, slots: [m, v], setWeight }) => {
    const { tf, rate, gradient } = of;
    if (m === undefined || v === undefined) return;
    if (before !== undefined) setWeight(before(of));
    resourceApplyAdam(tf, { weights, m, v }, { rate, beta1: BETA_1, beta2: BETA_2, epsilon: EPSILON }, gradient);
  };
  return {
    name,
    slots: 2,
    rate: (learningRate, t) => (learningRate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t),
    update: Object.assign(update, { inPlace }),
  };
}

/**
 * Adam (Kingma & Ba, 2014) with the updates of Keras' `Adam`: the bias correction is part of the learning rate, and
 * epsilon is added to the uncorrected square root. TensorFlow.js adds epsilon after the correction, so its first steps
 * differ.
 */
export function adam(): Optimizer {
  return adamAfter('adam');
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, 2019), as Keras' `AdamW`: before each update, a weight loses
 * `weightDecay` · learning rate of its value.
 *
 * @throws a RangeError if the options are invalid.
 */
export function adamW({ weightDecay = 0.004, decayed = 'all' }: WeightDecayOptions = {}): Optimizer {
  checkWeightDecay('adamW', { weightDecay, decayed });
  return adamAfter('adamw', (of) => decayedWeight(of, { weightDecay, decayed }));
}
