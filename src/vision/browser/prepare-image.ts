import { resizeBilinear } from '../data/images/bilinear.ts';
import { centre, factorsOf, sizeWithin } from '../data/images/fitting.ts';
import type { Resizing } from '../data/images/resizing.ts';
import { shrink } from './shrink.ts';

/** The pixels of an image, such as an `ImageData` of a canvas. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** uint8 RGBA, `[height, width, 4]`, not multiplied by the opacity. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Resizes an image as the images were that a model was trained on. Transparency becomes white.
 *
 * @returns uint8 RGB, `[height, width, 3]` of the target size.
 */
export function prepareImage(image: Pixels, target: Resizing & { readonly width: number; readonly height: number }) {
  const { fit, interpolation } = target;
  const inner = sizeWithin(fit, image, target);
  const opaque = onWhite(image);
  if (interpolation === 'linear') return centre(resizeBilinear(opaque, image, inner), inner, target);
  const smaller = { width: Math.min(inner.width, image.width), height: Math.min(inner.height, image.height) };
  const { width, height } = factorsOf(fit, image, target);
  const shrunk = shrink(opaque, image, smaller, { width: Math.max(1, width), height: Math.max(1, height) });
  return centre(resizeBilinear(shrunk, smaller, inner), inner, target);
}

/** Returns uint8 RGB, `[height, width, 3]`. */
function onWhite({ width, height, data }: Pixels): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const opacity = (data[pixel * 4 + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel += 1)
      rgb[pixel * 3 + channel] = Math.round((data[pixel * 4 + channel] ?? 0) * opacity + 255 * (1 - opacity));
  }
  return rgb;
}
