import type { ImageSize } from './augmentation.ts';

/** Returns the row of a linear map that leaves the centre of the image where it is, as expected by `projectiveTransform`. */
export function aroundCentre(
  [a0, a1, b0, b1]: readonly [number, number, number, number],
  { height, width }: ImageSize,
): readonly number[] {
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  return [a0, a1, x - a0 * x - a1 * y, b0, b1, y - b0 * x - b1 * y, 0, 0];
}
