import { checkOption } from '../../check-option.ts';
import { projectiveTransform } from '../../tensorflow/projective-transform.ts';
import { aroundCentre } from './around-centre.ts';
import type { Augmentation, ImageSize } from './augmentation.ts';
import type { Random } from './random.ts';

/** The ranges of `affine`, with the semantics of the same arguments of Keras' `ImageDataGenerator`. */
export interface AffineRanges {
  /** Whether half of the images are flipped, chosen at random. */
  readonly horizontalFlip: boolean;
  /** The maximum rotation in either direction, in degrees. */
  readonly rotationRange: number;
  /** Each axis is zoomed by a random factor of its own, from 1 − zoomRange to 1 + zoomRange. */
  readonly zoomRange: number;
}

/** Returns whether these ranges leave every image unchanged. */
export function isIdentity({ horizontalFlip, rotationRange, zoomRange }: AffineRanges): boolean {
  return !horizontalFlip && rotationRange === 0 && zoomRange === 0;
}

/**
 * Rotates, zooms and flips images around their centre, as Keras' `ImageDataGenerator.random_transform`; outside of the
 * image, edge pixels are repeated. By default as the param `augment` of the training stage.
 */
export function affine({
  horizontalFlip = true,
  rotationRange = 20,
  zoomRange = 0.2,
}: Partial<AffineRanges> = {}): Augmentation {
  checkOption('affine: rotationRange', rotationRange, [0, 180]);
  checkOption('affine: zoomRange', zoomRange, [0, 0.99]);
  const ranges = { horizontalFlip, rotationRange, zoomRange };
  return {
    name: 'affine',
    draws: { numbers: 8, draw: (random, size) => randomTransform(ranges, size, random) },
    apply: ({ pixels, targets }, { tf, drawn }) => ({ pixels: projectiveTransform(tf, pixels, drawn), targets }),
  };
}

/** Draws the row of an image, as expected by `projectiveTransform`. */
function randomTransform(ranges: AffineRanges, size: ImageSize, random: Random): readonly number[] {
  const { horizontalFlip, rotationRange, zoomRange } = ranges;
  // All four are drawn even if one is turned off, so turning one off does not change the others.
  const angle = (random.uniform(-rotationRange, rotationRange) * Math.PI) / 180;
  const zoomX = random.uniform(1 - zoomRange, 1 + zoomRange);
  const zoomY = random.uniform(1 - zoomRange, 1 + zoomRange);
  const mirror = random.uniform(0, 1) < 0.5 && horizontalFlip ? -1 : 1;
  const a0 = mirror * zoomX * Math.cos(angle);
  const a1 = -zoomY * Math.sin(angle);
  const b0 = mirror * zoomX * Math.sin(angle);
  const b1 = zoomY * Math.cos(angle);
  return aroundCentre([a0, a1, b0, b1], size);
}
