/** How an image is fitted into the target size: `fill` stretches it, `cover` crops it, `contain` pads it with white. */
export const FITS = ['fill', 'cover', 'contain'] as const;
export type Fit = (typeof FITS)[number];

/**
 * How pixels are computed from those of the original. `antialiased`: bilinear, over all pixels that an output pixel covers,
 * as Pillow's `BILINEAR`. `linear`: bilinear between the four nearest pixels whatever the scale, as OpenCV's
 * `INTER_LINEAR`, which skips most pixels of an image that is much larger.
 */
export const INTERPOLATIONS = ['antialiased', 'linear'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** How images are resized: the same for the images that a model is trained on and those that it predicts. */
export interface Resizing {
  readonly fit: Fit;
  readonly interpolation: Interpolation;
}

/** Returns how two ways of resizing differ, for a message: `fit: fill` and `fit: contain`; undefined if they are the same. */
export function resizingDifference(one: Resizing, other: Resizing): readonly [string, string] | undefined {
  const names = (['fit', 'interpolation'] as const).filter((name) => one[name] !== other[name]);
  if (names.length === 0) return undefined;
  const describe = (resizing: Resizing) => names.map((name) => `${name}: ${resizing[name]}`).join(', ');
  return [describe(one), describe(other)];
}
