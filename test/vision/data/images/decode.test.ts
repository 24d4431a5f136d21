import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import type { Fit } from '../../../../src/vision/data/images/resizing.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

const RED = { r: 200, g: 40, b: 20 };
const BLUE = { r: 10, g: 30, b: 210 };

const plain = (colour: { r: number; g: number; b: number; alpha?: number }): Sharp =>
  sharp({ create: { width: 40, height: 20, channels: colour.alpha === undefined ? 3 : 4, background: colour } });

/** An image of 40 × 20 px: red on the left, blue on the right. */
const halves = (): Sharp =>
  plain(RED).composite([
    { input: { create: { width: 20, height: 20, channels: 3, background: BLUE } }, left: 20, top: 0 },
  ]);

const decode = async (source: string | Buffer, width = 8, height = 8, fit: Fit = 'fill') =>
  unwrap(await decodeImage(source, { width, height, fit, interpolation: 'antialiased' }));

const pixel = (pixels: Uint8Array, width: number, x: number, y: number) => [
  ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

/** Expects each channel to be within `tolerance` of the colour. */
function expectColour(
  found: readonly number[],
  { r, g, b }: { r: number; g: number; b: number },
  tolerance: number,
): void {
  const apart = [r, g, b].map((value, channel) => Math.abs(value - (found[channel] ?? -256)));
  expect(Math.max(...apart), `${found} is not ${[r, g, b]}`).toBeLessThanOrEqual(tolerance);
}

describe('decodeImage', () => {
  test('returns RGB [height, width, 3], row by row, and the size of the original', async () => {
    const { pixels, originalWidth, originalHeight } = await decode(await halves().png().toBuffer(), 6, 4);
    expect(pixels).toHaveLength(4 * 6 * 3);
    expect([originalWidth, originalHeight]).toEqual([40, 20]);
    for (const y of [0, 3]) {
      expectColour(pixel(pixels, 6, 0, y), RED, 0);
      expectColour(pixel(pixels, 6, 5, y), BLUE, 0);
    }
  });

  test.each([
    ['JPEG', () => plain(RED).jpeg({ quality: 100 }), RED, 2],
    ['WebP', () => plain(RED).webp({ lossless: true }), RED, 0],
    ['GIF', () => plain(RED).gif(), RED, 0],
    ['palette', () => plain(RED).png({ palette: true }), RED, 2],
    ['grey JPEG', () => plain({ r: 90, g: 90, b: 90 }).greyscale().jpeg(), { r: 90, g: 90, b: 90 }, 1],
    ['16 bit', () => plain(RED).toColourspace('rgb16').png(), RED, 1],
    ['grey 16 bit', () => plain({ r: 90, g: 90, b: 90 }).toColourspace('grey16').png(), { r: 90, g: 90, b: 90 }, 1],
    ['CMYK', () => plain(RED).toColourspace('cmyk').jpeg({ quality: 100 }), RED, 40],
  ])('converts any format and colour space to 8-bit RGB: %s', async (_, image, colour, tolerance) => {
    const { pixels } = await decode(await image().toBuffer());
    expect(pixels).toHaveLength(8 * 8 * 3);
    for (const [x, y] of [
      [0, 0],
      [7, 7],
    ] as const)
      expectColour(pixel(pixels, 8, x, y), colour, tolerance);
  });

  test.each([
    ['8 bit', () => plain({ ...RED, alpha: 0 }).png()],
    [
      '16 bit',
      () =>
        plain({ ...RED, alpha: 0 })
          .toColourspace('rgb16')
          .png(),
    ],
  ])('makes transparent pixels white: %s', async (_, image) => {
    const { pixels } = await decode(await image().toBuffer());
    expect(new Set(pixels)).toEqual(new Set([255]));
  });

  test('applies the EXIF orientation, also to the size of the original', async () => {
    const turned = await halves().withMetadata({ orientation: 6 }).png().toBuffer();
    const { pixels, originalWidth, originalHeight } = await decode(turned);
    expect([originalWidth, originalHeight]).toEqual([20, 40]);
    expectColour(pixel(pixels, 8, 0, 0), RED, 0);
    expectColour(pixel(pixels, 8, 7, 0), RED, 0);
    expectColour(pixel(pixels, 8, 7, 7), BLUE, 0);
  });

  test('is deterministic when many images are decoded concurrently', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#000', noise } })
      .jpeg()
      .toBuffer();
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => decode(photo, 33, 33)));
    for (const other of others) expect(other.pixels).toEqual(first?.pixels);
  });
});

describe('decodeImage, for an image with another aspect ratio,', () => {
  const corners = async (fit: Fit) => {
    const { pixels } = await decode(await halves().png().toBuffer(), 8, 8, fit);
    return { top: pixel(pixels, 8, 0, 0), middle: pixel(pixels, 8, 0, 4) };
  };

  test('stretches it with the fit "fill"', async () => {
    const { top, middle } = await corners('fill');
    expectColour(top, RED, 0);
    expectColour(middle, RED, 0);
  });

  test('crops it with the fit "cover"', async () => {
    // The middle 20 × 20 of 40 × 20: its left edge is still red.
    const { top, middle } = await corners('cover');
    expectColour(top, RED, 0);
    expectColour(middle, RED, 0);
  });

  test('pads it with white with the fit "contain"', async () => {
    const { top, middle } = await corners('contain');
    expect(top).toEqual([255, 255, 255]);
    expectColour(middle, RED, 0);
  });
});

describe('decodeImage reports the reason', () => {
  const advice = 'Replace it with an intact image, or remove the rows that name it from the data set.';

  test('when a file is truncated', async () => {
    const folder = temporaryFolder();
    const intact = await halves().jpeg().toBuffer();
    writeFiles(folder, { 'cut.jpg': intact.subarray(0, intact.length - 40) });
    const file = join(folder, 'cut.jpg');
    expect(await decodeImage(file, { width: 8, height: 8, fit: 'fill', interpolation: 'antialiased' })).toEqual({
      ok: false,
      failure: [{ message: 'cannot decode the image: VipsJpeg: premature end of JPEG image', at: { file }, advice }],
    });
  });

  test('when the content is not an image', async () => {
    expect(
      await decodeImage(Buffer.from('<html>'), { width: 8, height: 8, fit: 'fill', interpolation: 'antialiased' }),
    ).toEqual({
      ok: false,
      failure: [{ message: 'cannot decode the image: it is a web page', advice }],
    });
  });

  test('when the file does not exist', async () => {
    expect(
      await decodeImage('/nowhere/1.jpg', { width: 8, height: 8, fit: 'fill', interpolation: 'antialiased' }),
    ).toMatchObject({
      ok: false,
      failure: [{ message: 'cannot read the image: there is no such file or folder', at: { file: '/nowhere/1.jpg' } }],
    });
  });
});
