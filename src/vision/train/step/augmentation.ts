import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** Data augmentation, with the semantics of the same arguments of Keras' `ImageDataGenerator`. */
export interface Augmentation {
  /** Whether half of the images are flipped, chosen at random. */
  readonly horizontalFlip: boolean;
  /** The maximum rotation in either direction, in degrees. */
  readonly rotationRange: number;
  /** Each axis is zoomed by a random factor of its own, from 1 − zoomRange to 1 + zoomRange. */
  readonly zoomRange: number;
}

/** Decides the random numbers of a training step: the same key gives the same numbers. */
export interface RandomKey {
  readonly seed: number;
  /** Counted from 0 over all epochs. */
  readonly step: number;
}

/** Returns whether the augmentation leaves every image unchanged. */
export function isIdentity({ horizontalFlip, rotationRange, zoomRange }: Augmentation): boolean {
  return !horizontalFlip && rotationRange === 0 && zoomRange === 0;
}

/**
 * Draws a random transform for each image of a batch, as Keras' `ImageDataGenerator.random_transform`: rotation, zoom
 * in x, zoom in y and horizontal flip, around the centre of the image.
 *
 * @param size height and width of the images, in pixels.
 * @returns float32 [count, 8], one row per image, as expected by `projectiveTransform`.
 */
export function randomTransforms(
  augmentation: Augmentation,
  count: number,
  { height, width }: { readonly height: number; readonly width: number },
  { seed, step }: RandomKey,
): Float32Array {
  const random = xoroshiro128plusFromState([seed, step, ~seed, ~step]);
  // Generators whose states differ in few bits produce correlated numbers at first: skip these.
  skipN(random, 32);
  const uniform = (from: number, to: number) => from + (to - from) * uniformFloat64(random);
  const { rotationRange, zoomRange } = augmentation;
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const transforms = new Float32Array(count * 8);
  for (let image = 0; image < count; image += 1) {
    // All four are drawn even if one is turned off, so turning one off does not change the others.
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
