import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** The arguments of Keras' `ImageDataGenerator` that the reference uses; its other ones stay at their defaults. */
export interface Augmentation {
  /** Whether half of the images are mirrored. */
  readonly horizontalFlip: boolean;
  /** The greatest turn either way, in degrees. */
  readonly rotationRange: number;
  /** Each axis is scaled by a factor of its own from 1 − zoomRange to 1 + zoomRange. */
  readonly zoomRange: number;
}

/** At which point of a training random numbers are drawn: the same point, the same numbers. */
export interface DrawPoint {
  readonly seed: number;
  /** Counted from 0 over all epochs. */
  readonly step: number;
}

/** Whether every image stays as it is. */
export function isIdentity({ horizontalFlip, rotationRange, zoomRange }: Augmentation): boolean {
  return !horizontalFlip && rotationRange === 0 && zoomRange === 0;
}

/**
 * Draws Keras' `random_transform` for each image of a batch: turn, zoom of x, zoom of y, flip, in this order.
 *
 * @returns [count, 8], rows as `projectiveTransform` takes them.
 */
export function randomTransforms(
  augmentation: Augmentation,
  count: number,
  { height, width }: { readonly height: number; readonly width: number },
  { seed, step }: DrawPoint,
): Float32Array {
  const random = xoroshiro128plusFromState([seed, step, ~seed, ~step]);
  // States that differ by a bit or two need some rounds until their numbers have nothing in common.
  skipN(random, 32);
  const uniform = (from: number, to: number) => from + (to - from) * uniformFloat64(random);
  const { rotationRange, zoomRange } = augmentation;
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const transforms = new Float32Array(count * 8);
  for (let image = 0; image < count; image += 1) {
    // All four are drawn even where one is turned off, so that turning it off leaves the others as they were.
    const angle = (uniform(-rotationRange, rotationRange) * Math.PI) / 180;
    const zoomX = uniform(1 - zoomRange, 1 + zoomRange);
    const zoomY = uniform(1 - zoomRange, 1 + zoomRange);
    const mirror = uniform(0, 1) < 0.5 && augmentation.horizontalFlip ? -1 : 1;
    const a0 = mirror * zoomX * Math.cos(angle);
    const a1 = -zoomY * Math.sin(angle);
    const b0 = mirror * zoomX * Math.sin(angle);
    const b1 = zoomY * Math.cos(angle);
    const a2 = centerX - a0 * centerX - a1 * centerY;
    const b2 = centerY - b0 * centerX - b1 * centerY;
    transforms.set([a0, a1, a2, b0, b1, b2, 0, 0], image * 8);
  }
  return transforms;
}
