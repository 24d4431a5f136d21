import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';

export const RED = { r: 200, g: 30, b: 40 };
export const BLUE = { r: 20, g: 40, b: 210 };
export const WHITE = { r: 255, g: 255, b: 255 };
export const SIZE = 16;

export type Colour = typeof RED;

export const plain = (colour: object, width = 64, height = 64): Sharp =>
  sharp({ create: { width, height, channels: 'alpha' in colour ? 4 : 3, background: colour } });

/** An image that is red on the left and blue on the right. */
export const halves = (): Sharp =>
  plain(BLUE).composite([
    { input: { create: { width: 32, height: 64, channels: 3, background: RED } }, left: 0, top: 0 },
  ]);

/** Returns deterministic noise, which has as much detail as possible. */
export function noise(width = 200, height = 200): Sharp {
  const random = xoroshiro128plus(7);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => uniformInt(random, 0, 255));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

export const jpeg = (image: Sharp) => image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
export const png = (image: Sharp) => image.png().toBuffer();

export const cutAt = async (image: Promise<Buffer>, share: number) => {
  const bytes = await image;
  return bytes.subarray(0, Math.floor(bytes.length * share));
};

export function colourAt(pixels: Uint8Array, x: number, y: number): Colour {
  const [r = 0, g = 0, b = 0] = pixels.subarray((y * SIZE + x) * 3);
  return { r, g, b };
}

export function expectNear(found: Colour | undefined, { r, g, b }: Colour): void {
  const apart = found && Math.max(Math.abs(found.r - r), Math.abs(found.g - g), Math.abs(found.b - b));
  expect(apart, `${JSON.stringify(found)} is not ${[r, g, b]}`).toBeLessThanOrEqual(4);
}
