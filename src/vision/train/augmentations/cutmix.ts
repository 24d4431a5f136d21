import { checkOption } from '../../check-option.ts';
import type { Augmentation, ImageSize } from './augmentation.ts';
import { mixedTargets, partners } from './mixed.ts';
import type { MixOptions } from './mixup.ts';
import type { Random } from './random.ts';
import { insideRectangles } from './rectangles.ts';

/**
 * Replaces a random rectangle of each image by that of the next one in the batch, and mixes its targets by the areas (Yun
 * et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019).
 */
export function cutmix({ alpha = 1 }: Partial<MixOptions> = {}): Augmentation {
  checkOption('cutmix: alpha', alpha, [0.001, 1000]);
  return {
    name: 'cutmix',
    draws: { numbers: 5, draw: (random, size) => randomCut(random, size, alpha) },
    apply: ({ pixels, targets }, { tf, drawn }) => {
      const [count] = drawn.shape;
      const isReplaced = insideRectangles(tf, tf.slice(drawn, [0, 0], [count, 4]), pixels);
      const share = tf.slice(drawn, [0, 4], [count, 1]);
      return {
        pixels: tf.where(isReplaced, partners(tf, pixels), pixels),
        targets: mixedTargets(tf, targets, share),
      };
    },
  };
}

/** Returns the edges of the rectangle, which may be cut off by those of the image, and the share of what is left. */
function randomCut(random: Random, { height, width }: ImageSize, alpha: number): readonly number[] {
  const side = Math.sqrt(1 - random.beta(alpha)) / 2;
  const edges = (length: number) => {
    const [centre, half] = [random.index(length), Math.trunc(side * length)];
    return [Math.max(0, centre - half), Math.min(length, centre + half)] as const;
  };
  const [[top, bottom], [left, right]] = [edges(height), edges(width)];
  return [top, left, bottom, right, 1 - ((bottom - top) * (right - left)) / (height * width)];
}
