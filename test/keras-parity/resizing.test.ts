import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from '../../src/vision/data/images/decode.ts';
import type { Interpolation } from '../../src/vision/data/images/resizing.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { unwrap } from '../support/result.ts';

const keras = await startKeras();

/** Resizes the image with the reference, and writes the pixels to the file `reference`. */
const REFERENCES = {
  Pillow: `
from PIL import Image
resized = numpy.asarray(Image.open(image).convert("RGB").resize((width, height), Image.Resampling.BILINEAR))
`,
  'tf.image.resize': `
import tensorflow
pixels = tensorflow.io.decode_png(tensorflow.io.read_file(image), channels=3)
resized = numpy.round(tensorflow.image.resize(pixels, (height, width), antialias=True).numpy()).astype("uint8")
`,
  'cv2.resize': `
import cv2
resized = cv2.resize(cv2.imread(image), (width, height))[:, :, ::-1]
`,
};

/** Writes a PNG of smooth noise, which has detail in every direction. */
async function photograph(width: number, height: number): Promise<string> {
  const folder = join(temporaryFolder(), 'images');
  mkdirSync(folder);
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const image = sharp({ create: { width, height, channels: 3, background: '#000', noise } });
  const file = join(folder, 'image.png');
  writeFileSync(file, await image.blur(0.7).png().toBuffer());
  return file;
}

type Case = readonly [
  how: string,
  from: readonly [number, number],
  to: readonly [number, number],
  reference: keyof typeof REFERENCES,
  interpolation: Interpolation,
];

const cases: readonly Case[] = [
  ['enlarged', [8, 8], [64, 64], 'Pillow', 'antialiased'],
  ['enlarged', [8, 8], [64, 64], 'tf.image.resize', 'antialiased'],
  ['enlarged', [50, 33], [64, 64], 'Pillow', 'antialiased'],
  ['enlarged', [50, 33], [64, 64], 'tf.image.resize', 'antialiased'],
  ['enlarged in one direction and shrunk in the other', [150, 40], [64, 64], 'Pillow', 'antialiased'],
  ['enlarged in one direction and shrunk in the other', [40, 150], [64, 64], 'tf.image.resize', 'antialiased'],
  ['shrunk', [300, 200], [64, 64], 'Pillow', 'antialiased'],
  ['shrunk without antialiasing', [300, 200], [64, 64], 'cv2.resize', 'linear'],
  ['enlarged without antialiasing', [50, 33], [64, 64], 'cv2.resize', 'linear'],
  ['enlarged and shrunk without antialiasing', [150, 40], [64, 64], 'cv2.resize', 'linear'],
];

test.each(cases)(
  'an image that is %s, from %j to %j, equals that of %s',
  async (how, from, to, reference, interpolation) => {
    const [width, height] = to;
    const image = await photograph(...from);
    const file = join(image, '..', 'reference');
    await keras.run(`import numpy\n${REFERENCES[reference]}\nnumpy.ascontiguousarray(resized).tofile(file)`, {
      ...{ image, file, width, height },
    });
    const expected = readFileSync(file);
    const { pixels } = unwrap(await decodeImage(image, { width, height, fit: 'fill', interpolation }));
    expect(pixels.length).toBe(expected.length);
    const apart = Array.from(pixels, (value, at) => Math.abs(value - (expected[at] ?? 0)));
    // Each rounds after one or two passes, some in fixed point; sharp's weights for shrinking are coarser than Pillow's.
    const isShrunkBySharp = how.includes('shrunk') && interpolation === 'antialiased';
    expect(Math.max(...apart)).toBeLessThanOrEqual(isShrunkBySharp ? 8 : 1);
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(isShrunkBySharp ? 1 : 0.3);
  },
);
