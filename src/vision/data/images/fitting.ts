import type { Size } from './bilinear.ts';
import type { Fit } from './resizing.ts';

/** Returns the size that an image gets before it is cropped or padded to the target size, rounded as sharp does. */
export function sizeWithin(fit: Fit, image: Size, target: Size): Size {
  if (fit === 'fill') return target;
  const factors = [image.width / target.width, image.height / target.height] as const;
  const factor = fit === 'cover' ? Math.min(...factors) : Math.max(...factors);
  const scaled = (length: number) => Math.max(1, Math.round(length / factor));
  return { width: scaled(image.width), height: scaled(image.height) };
}

/**
 * Crops an image or pads it with white, in each direction, so that its middle stays in the middle.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 * @returns the same at the target size.
 */
export function centre(pixels: Uint8Array, image: Size, target: Size): Uint8Array {
  const result = new Uint8Array(target.width * target.height * 3).fill(255);
  const [cropX, padX] = offsets(image.width, target.width);
  const [cropY, padY] = offsets(image.height, target.height);
  const width = Math.min(image.width, target.width);
  for (let row = 0; row < Math.min(image.height, target.height); row += 1) {
    const from = ((cropY + row) * image.width + cropX) * 3;
    result.set(pixels.subarray(from, from + width * 3), ((padY + row) * target.width + padX) * 3);
  }
  return result;
}

/** Returns how many pixels are cropped and padded before the first one; halves are rounded up, as sharp does. */
function offsets(from: number, to: number): readonly [number, number] {
  return [Math.max(0, Math.floor((from - to + 1) / 2)), Math.max(0, Math.round((to - from) / 2))];
}
