import type { Size } from './bilinear.ts';
import type { Fit } from './resizing.ts';

/** Returns the number of pixels of an image for each pixel of the target, by which it is resized in each direction. */
export function factorsOf(fit: Fit, image: Size, target: Size): Size {
  const [width, height] = [image.width / target.width, image.height / target.height];
  if (fit === 'fill') return { width, height };
  const factor = fit === 'cover' ? Math.min(width, height) : Math.max(width, height);
  return { width: factor, height: factor };
}

/** Returns the size that an image gets before it is cropped or padded to the target size, rounded as sharp does. */
export function sizeWithin(fit: Fit, image: Size, target: Size): Size {
  if (fit === 'fill') return target;
  const { width: factor } = factorsOf(fit, image, target);
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

/** Returns how many pixels are cropped and padded before the first one: halves are rounded up and down, as sharp does. */
function offsets(from: number, to: number): readonly [number, number] {
  return [Math.max(0, Math.ceil((from - to) / 2)), Math.max(0, Math.floor((to - from) / 2))];
}
