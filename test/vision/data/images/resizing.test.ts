import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import type { Fit, Interpolation } from '../../../../src/vision/data/images/resizing.ts';
import { unwrap } from '../../../support/result.ts';

/** Returns a PNG of grey values, row by row. */
function grey(rows: readonly (readonly number[])[]): Promise<Buffer> {
  const pixels = Buffer.from(rows.flat().flatMap((value) => [value, value, value]));
  return sharp(pixels, { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 3 } })
    .png()
    .toBuffer();
}

/** Returns the first channel of the resized image, row by row. */
async function resized(
  image: Buffer,
  [width, height]: readonly [number, number],
  { fit = 'fill', interpolation = 'antialiased' }: { fit?: Fit; interpolation?: Interpolation } = {},
): Promise<number[][]> {
  const { pixels } = unwrap(await decodeImage(image, { width, height, fit, interpolation }));
  const reds = pixels.filter((_, at) => at % 3 === 0);
  return Array.from({ length: height }, (_, row) => [...reds.subarray(row * width, (row + 1) * width)]);
}

const transpose = (rows: readonly (readonly number[])[]) =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0));

describe('an image that is enlarged', () => {
  const row = [0, 100, 200, 60];
  const enlarged = [0, 25, 75, 125, 175, 165, 95, 60];

  test('keeps its place: the outermost pixels are as far from the edges on both sides', async () => {
    expect(await resized(await grey([row]), [8, 1])).toEqual([enlarged]);
    expect(await resized(await grey(transpose([row])), [1, 8])).toEqual(transpose([enlarged]));
  });

  test('in one direction, and shrunk in the other, is antialiased where it shrinks', async () => {
    const columns = row.map((value) => [value, value, 255 - value, 255 - value]);
    const [first, second] = transpose(await resized(await grey(columns), [2, 8]));
    expect(first?.at(0)).toBeGreaterThan(0);
    expect(first?.map((value, at) => value + (second?.[at] ?? 0))).toEqual(Array(8).fill(255));
  });

  test('is padded with white by the fit "contain", and cropped by the fit "cover"', async () => {
    const image = await grey([row, row]);
    const contained = await resized(image, [8, 8], { fit: 'contain' });
    expect([contained[1], contained[2], contained[5], contained[6]]).toEqual([
      Array(8).fill(255),
      enlarged,
      enlarged,
      Array(8).fill(255),
    ]);
    expect(await resized(image, [4, 4], { fit: 'cover' })).toEqual(Array(4).fill(enlarged.slice(2, 6)));
  });
});

describe('interpolation: linear', () => {
  const stripes = Array.from({ length: 16 }, () => Array.from({ length: 16 }, (_, x) => (x % 4 === 1 ? 255 : 0)));

  test('reads the four nearest pixels alone, as OpenCV does, where antialiasing averages all', async () => {
    const image = await grey(stripes);
    // Pixel 0 of the result is between the pixels 1 and 2 of the image.
    expect(await resized(image, [4, 4], { interpolation: 'linear' })).toEqual(Array(4).fill(Array(4).fill(128)));
    for (const value of (await resized(image, [4, 4])).flat()) expect(Math.abs(value - 64)).toBeLessThan(24);
  });

  test('enlarges as antialiasing does', async () => {
    const image = await grey(stripes);
    expect(await resized(image, [40, 24], { interpolation: 'linear' })).toEqual(await resized(image, [40, 24]));
  });
});

describe('a TIFF', () => {
  /** Returns an uncompressed TIFF of 4 × 4 pixels, all the same. */
  function tiff(pixel: Buffer, { photometric = 2, samples = 3, format = 1 } = {}): Buffer {
    const bits = (pixel.length / samples) * 8;
    const data = Buffer.concat(Array<Buffer>(16).fill(pixel));
    const entries: [tag: number, value: number][] = [
      [256, 4],
      [257, 4],
      [258, bits],
      [259, 1],
      [262, photometric],
      [273, 8],
      [277, samples],
      [278, 4],
      [279, data.length],
      [339, format],
    ];
    const header = Buffer.alloc(8);
    header.write('II*\0', 'latin1');
    header.writeUInt32LE(8 + data.length, 4);
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length);
    for (const [index, [tag, value]] of entries.entries()) {
      const at = 2 + index * 12;
      // Bits and formats have a value for each sample; three equal ones do not fit, so all are given as one.
      directory.writeUInt16LE(tag, at);
      directory.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, at + 2);
      directory.writeUInt32LE(1, at + 4);
      directory.writeUInt32LE(value, at + 8);
    }
    return Buffer.concat([header, data, directory]);
  }

  const reasonOf = async (image: Buffer) => {
    const decoded = await decodeImage(image, { width: 4, height: 4, fit: 'fill', interpolation: 'antialiased' });
    return decoded.ok ? [...decoded.value.pixels.subarray(0, 3)] : decoded.failure[0]?.message;
  };
  const float = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return bytes;
  };

  test('of RGB or grey pixels is decoded', async () => {
    expect(await reasonOf(tiff(Buffer.from([200, 40, 20])))).toEqual([200, 40, 20]);
    expect(await reasonOf(tiff(Buffer.from([90]), { photometric: 1, samples: 1 }))).toEqual([90, 90, 90]);
  });

  test('of YCbCr pixels, which would be taken for RGB, is refused with the reason', async () => {
    expect(await reasonOf(tiff(Buffer.from([85, 91, 209]), { photometric: 6 }))).toBe(
      'cannot decode the image: its pixels are YCbCr, not compressed as JPEG: save it as RGB',
    );
  });

  test('of floating-point pixels, which would become black if they are from 0 to 1, is refused with the reason', async () => {
    expect(await reasonOf(tiff(float(0.5), { photometric: 1, samples: 1, format: 3 }))).toBe(
      'cannot decode the image: its pixels have the type float, whose range is not known: save it with 8 or 16 bits per channel',
    );
  });

  test('of YCbCr pixels in JPEG is decoded', async () => {
    const image = sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 200, g: 40, b: 20 } } });
    const [red = 0, green = 0] = (await reasonOf(
      await image.tiff({ compression: 'jpeg', quality: 95 }).toBuffer(),
    )) as number[];
    expect(Math.abs(red - 200)).toBeLessThan(4);
    expect(Math.abs(green - 40)).toBeLessThan(4);
  });
});
