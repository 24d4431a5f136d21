import { build } from 'esbuild';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { prepareImage } from '../../../src/vision/browser/prepare-image.ts';
import { decodeImage } from '../../../src/vision/data/images/decode.ts';
import { FITS, INTERPOLATIONS } from '../../../src/vision/data/images/resizing.ts';
import { unwrap } from '../../support/result.ts';
import { noise, plain } from '../data/images/image-makers.ts';

const SIZES = [
  [300, 200],
  [200, 301],
  [90, 61],
  [33, 1000],
  [500, 20],
  [20, 12],
  [32, 32],
] as const;

/** Returns the pixels of an image as a browser has them. */
async function pixelsOf(image: Sharp) {
  const { data, info } = await sharp(await image.png().toBuffer())
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  expect(one).toHaveLength(other.length);
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (other[at] ?? 0))), 0);
}

// Noise is the worst case: neighbours have nothing in common.
test.each(
  SIZES.flatMap(([width, height]) =>
    FITS.flatMap((fit) => INTERPOLATIONS.map((interpolation) => ({ width, height, fit, interpolation }))),
  ),
)(
  'prepares an image of $width×$height as the stages do: $fit, $interpolation',
  async ({ width, height, ...resizing }) => {
    const image = noise(width, height);
    const target = { width: 32, height: 32, ...resizing };
    const { pixels } = unwrap(await decodeImage(await image.png().toBuffer(), target));
    expect(largestDifference(prepareImage(await pixelsOf(image), target), pixels)).toBeLessThanOrEqual(2);
  },
);

test('puts a transparent image on white', async () => {
  const image = plain({ r: 200, g: 30, b: 40, alpha: 0.5 }, 80, 40);
  const target = { width: 16, height: 16, fit: 'contain', interpolation: 'antialiased' } as const;
  const { pixels } = unwrap(await decodeImage(await image.png().toBuffer(), target));
  expect(largestDifference(prepareImage(await pixelsOf(image), target), pixels)).toBeLessThanOrEqual(2);
});

test('the module for browsers imports no package, and nothing of Node', async () => {
  const { errors } = await build({
    entryPoints: ['src/vision/browser/index.ts'],
    bundle: true,
    write: false,
    platform: 'browser',
    plugins: [
      {
        name: 'no-packages',
        setup(build) {
          build.onResolve({ filter: /^[^.]/ }, ({ kind, path }) =>
            kind === 'entry-point' ? undefined : { errors: [{ text: `imports ${path}` }] },
          );
        },
      },
    ],
  });
  expect(errors).toEqual([]);
});
