import { checkOption } from '../../check-option.ts';
import type { Augmentation } from './augmentation.ts';
import { blend, clipPixels, greyOf, meanGreyOf, shiftHue } from './colours.ts';
import { perImage } from './per-image.ts';

/** The ranges of `colorJitter`. */
export interface ColorJitterRanges {
  /** The brightness is multiplied by a factor from 1 − this to 1 + this. */
  readonly brightness: number;
  /** The contrast, likewise: the distance of each pixel from the mean luma of its image. */
  readonly contrast: number;
  /** The saturation, likewise: the distance of each pixel from its own luma. */
  readonly saturation: number;
  /** The hue is turned by a share of the colour circle from −this to this; at most 0.5. */
  readonly hue: number;
}

/**
 * Changes brightness, contrast, saturation and hue at random, in this order, with the formulas of torchvision's
 * `ColorJitter`.
 */
export function colorJitter({
  brightness = 0.3,
  contrast = 0.3,
  saturation = 0.3,
  hue = 0.05,
}: Partial<ColorJitterRanges> = {}): Augmentation {
  checkOption('colorJitter: brightness', brightness, [0, 10]);
  checkOption('colorJitter: contrast', contrast, [0, 10]);
  checkOption('colorJitter: saturation', saturation, [0, 10]);
  checkOption('colorJitter: hue', hue, [0, 0.5]);
  const around = (range: number) => [Math.max(0, 1 - range), 1 + range] as const;
  return {
    name: 'color-jitter',
    draws: {
      numbers: 4,
      draw: (random) => [
        random.uniform(...around(brightness)),
        random.uniform(...around(contrast)),
        random.uniform(...around(saturation)),
        random.uniform(-hue, hue),
      ],
    },
    apply: ({ pixels, targets }, { tf, drawn }) => {
      const factor = (column: number) => perImage(tf, drawn, column);
      let x = pixels;
      if (brightness > 0) x = clipPixels(tf, tf.mul(x, factor(0)));
      if (contrast > 0) x = blend(tf, meanGreyOf(tf, x), x, factor(1));
      if (saturation > 0) x = blend(tf, greyOf(tf, x), x, factor(2));
      if (hue > 0) x = shiftHue(tf, x, factor(3));
      return { pixels: x, targets };
    },
  };
}
