import { checkOption } from '../../check-option.ts';
import type { Augmentation } from './augmentation.ts';
import { mixedTargets, partners } from './mixed.ts';
import { perImage } from './per-image.ts';

/** The options of `mixup` and `cutmix`. */
export interface MixOptions {
  /** The share of an image is drawn from Beta(alpha, alpha): the smaller, the more is left of one of the two. */
  readonly alpha: number;
}

/**
 * Mixes each image with the next one in the batch, pixel by pixel, and its targets likewise (Zhang et al., "mixup: Beyond
 * Empirical Risk Minimization", 2018). Each image has a share of its own, as in Keras' `MixUp`.
 */
export function mixup({ alpha = 0.2 }: Partial<MixOptions> = {}): Augmentation {
  checkOption('mixup: alpha', alpha, [0.001, 1000]);
  return {
    name: 'mixup',
    draws: { numbers: 1, draw: (random) => [random.beta(alpha)] },
    apply: ({ pixels, targets }, { tf, drawn }) => {
      const other = partners(tf, pixels);
      const mixed = tf.add(other, tf.mul(perImage(tf, drawn, 0), tf.sub(pixels, other)));
      return { pixels: mixed as typeof pixels, targets: mixedTargets(tf, targets, drawn) };
    },
  };
}
