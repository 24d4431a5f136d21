import { checkOption } from '../../check-option.ts';
import type { Augmentation } from './augmentation.ts';
import { select } from './per-image.ts';
import { edgesOf, insideRectangles, type RectangleRanges, randomRectangle } from './rectangles.ts';

/** The options of `randomErasing`. */
export interface RandomErasingOptions extends RectangleRanges {
  /** The probability that a part of an image is erased. */
  readonly probability: number;
  /** What replaces the pixels: a value from 0 to 255, grey by default (127.5), or random values. */
  readonly fill: number | 'noise';
}

/** The middle of the range, which most networks take as 0. */
const GREY = 127.5;

/** Erases a random rectangle, as torchvision's `RandomErasing`. If none of ten rectangles fits, nothing is erased. */
export function randomErasing({
  probability = 0.5,
  scale = [0.02, 0.33],
  ratio = [0.3, 3.3],
  fill = GREY,
}: Partial<RandomErasingOptions> = {}): Augmentation {
  checkOption('randomErasing: probability', probability, [0, 1]);
  checkOption('randomErasing: scale', scale, [0, 1]);
  checkOption('randomErasing: ratio', ratio, [0.01, 100]);
  if (fill !== 'noise') checkOption('randomErasing: fill', fill, [0, 255]);
  return {
    name: 'random-erasing',
    draws: {
      numbers: 4,
      draw: (random, size) => {
        const isErased = random.uniform(0, 1) < probability;
        return edgesOf(isErased ? randomRectangle(random, size, { scale, ratio }) : undefined);
      },
    },
    apply: ({ pixels, targets }, { tf, drawn, uniform }) => {
      const replacement = fill === 'noise' ? tf.mul(uniform(pixels.shape), 255) : tf.scalar(fill);
      return { pixels: select(tf, insideRectangles(tf, drawn, pixels), replacement, pixels), targets };
    },
  };
}
