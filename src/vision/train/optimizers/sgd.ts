import { checkOption } from '../../check-option.ts';
import { resourceApplyGradientDescent, resourceApplyMomentum } from '../../tensorflow/resource-apply.ts';
import type { InPlaceUpdate, Optimizer } from './optimizer.ts';

/** The options of `sgd`. */
export interface MomentumOptions {
  /** The momentum coefficient, from 0 to 1; 0 by default. */
  readonly momentum?: number | undefined;
  /** Whether to apply Nesterov momentum; not by default. */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent, optionally with (Nesterov) momentum, with the updates of Keras' `SGD`.
 *
 * @throws a RangeError if the options are invalid.
 */
export function sgd({ momentum = 0, nesterov = false }: MomentumOptions = {}): Optimizer {
  checkOption('sgd: momentum', momentum, [0, 1]);
  const update: Optimizer['update'] = ({ tf, weight, gradient, slots: [velocity], rate }) => {
    const descent = tf.neg(tf.mul(gradient, rate));
    if (velocity === undefined) return { weight: tf.add(weight, descent), slots: [] };
    const moved = tf.add(tf.mul(velocity, momentum), descent);
    const taken = nesterov ? tf.add(tf.mul(moved, momentum), descent) : moved;
    return { weight: tf.add(weight, taken), slots: [moved] };
  };
  const inPlace: InPlaceUpdate['inPlace'] = ({ tf, gradient, rate }, { weight: weights, slots: [velocity] }) => {
    if (velocity === undefined) resourceApplyGradientDescent(tf, weights, rate, gradient);
    else resourceApplyMomentum(tf, { weights, velocity }, { rate, momentum, nesterov }, gradient);
  };
  return { name: 'sgd', slots: momentum === 0 ? 0 : 1, update: Object.assign(update, { inPlace }) };
}
