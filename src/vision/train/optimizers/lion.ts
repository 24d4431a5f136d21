import type { Optimizer } from './optimizer.ts';
import { checkWeightDecay, decayedWeight, type WeightDecayOptions } from './weight-decay.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.99;

/**
 * Lion (Chen et al., 2023) with the updates of Keras' `Lion`: each value of a weight moves by the learning rate, in the
 * direction of the sign of its momentum. Its learning rate is usually 3 to 10 times smaller than that of AdamW.
 *
 * @throws a RangeError if the options are invalid.
 */
export function lion({ weightDecay = 0, decayed = 'all' }: WeightDecayOptions = {}): Optimizer {
  checkWeightDecay('lion', { weightDecay, decayed });
  return {
    name: 'lion',
    slots: 1,
    update(of) {
      const { tf, gradient, rate } = of;
      const [m = gradient] = of.slots;
      const mixed = (beta: number) => tf.add(tf.mul(m, beta), tf.mul(gradient, 1 - beta));
      const weight = tf.sub(decayedWeight(of, { weightDecay, decayed }), tf.mul(tf.sign(mixed(BETA_1)), rate));
      return { weight, slots: [mixed(BETA_2)] };
    },
  };
}
