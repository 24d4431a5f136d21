import { checkOption } from '../../check-option.ts';
import { projectiveTransform } from '../../tensorflow/projective-transform.ts';
import type { Augmentation } from './augmentation.ts';
import { type RectangleRanges, randomRectangle } from './rectangles.ts';

/**
 * Cuts out a random rectangle and resizes it, bilinearly, to the size of the image, as torchvision's `RandomResizedCrop`
 * without antialiasing. If none of ten rectangles fits, the whole image is taken.
 */
export function randomResizedCrop({
  scale = [0.25, 1],
  ratio = [3 / 4, 4 / 3],
}: Partial<RectangleRanges> = {}): Augmentation {
  checkOption('randomResizedCrop: scale', scale, [0.001, 1]);
  checkOption('randomResizedCrop: ratio', ratio, [0.01, 100]);
  return {
    name: 'random-resized-crop',
    draws: {
      numbers: 8,
      draw: (random, size) => {
        const whole = { top: 0, left: 0, ...size };
        const { top, left, height, width } = randomRectangle(random, size, { scale, ratio }) ?? whole;
        const [x, y] = [width / size.width, height / size.height];
        // The centres of the corner pixels are half a pixel inside of the rectangle.
        return [x, 0, left + x / 2 - 0.5, 0, y, top + y / 2 - 0.5, 0, 0];
      },
    },
    apply: ({ pixels, targets }, { tf, drawn }) => ({ pixels: projectiveTransform(tf, pixels, drawn), targets }),
  };
}
