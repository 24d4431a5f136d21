import type { Random } from './random.ts';

/** A lookup table for noise: 256 quantiles of approximately the standard normal distribution. */
const NORMAL = Float32Array.from({ length: 256 }, (_, index) => {
  const share = (index + 0.5) / 256;
  // The logistic quantile, scaled to unit variance, is close enough to the normal one for film grain.
  return (Math.log(share / (1 - share)) * Math.sqrt(3)) / Math.PI;
});

/**
 * Adds random exposure, colour temperature and film grain to an image, in place.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 */
export function develop(random: Random, pixels: Uint8Array, width: number): void {
  const exposure = random.between(0.94, 1.14);
  const warmth = random.between(-0.05, 0.05);
  const red = exposure * (1 + warmth);
  const blue = exposure * (1 - warmth);
  const grain = random.between(1, 6);
  const slope = random.between(-0.12, 0.12) / width;
  let bits = 0;
  for (let pixel = 0; pixel * 3 < pixels.length; pixel += 1) {
    // One random number serves four pixels, one byte each.
    bits = pixel % 4 === 0 ? random.bits() : bits >>> 8;
    const noise = (NORMAL[bits & 255] ?? 0) * grain;
    const light = 1 + slope * ((pixel % width) - width / 2);
    const at = pixel * 3;
    pixels[at] = clamped((pixels[at] ?? 0) * light * red + noise);
    pixels[at + 1] = clamped((pixels[at + 1] ?? 0) * light * exposure + noise);
    pixels[at + 2] = clamped((pixels[at + 2] ?? 0) * light * blue + noise);
  }
}

const clamped = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));
