import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { success } from '../../../../src/shared/problem.ts';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import { differenceHash } from '../../../../src/vision/data/images/perceptual-hash.ts';
import { pixelDifference } from '../../../../src/vision/data/images/pixel-difference.ts';
import { type Duplicates, findDuplicates, type ImageTraits } from '../../../../src/vision/data/tables/duplicates.ts';
import { unwrap } from '../../../support/result.ts';

/** Returns an image of soft blots, another one for each number. */
function picture(number: number): Sharp {
  const random = xoroshiro128plus(number);
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, () => uniformInt(random, 40, 190));
  return sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } }).resize(300, 400, {
    fit: 'fill',
    kernel: 'cubic',
  });
}

interface Pictured extends ImageTraits {
  readonly pixels: Uint8Array;
}

async function traits(file: string, split: ImageTraits['split'], image: Sharp, sha256 = file): Promise<Pictured> {
  const { pixels } = unwrap(
    await decodeImage(await image.toBuffer(), { width: 96, height: 96, fit: 'fill', interpolation: 'antialiased' }),
  );
  return { file, split, sha256, dhash: differenceHash(pixels, 96, 96), pixels };
}

/** Finds duplicates among images whose pixels are in memory. */
async function duplicatesAmong(images: readonly Pictured[]): Promise<Duplicates> {
  const pixels = new Map(images.map((image) => [image.file, image.pixels]));
  const of = (file: string) => pixels.get(file) ?? new Uint8Array(0);
  return unwrap(
    await findDuplicates(images, async ({ validation, train }) => success(pixelDifference(of(validation), of(train)))),
  );
}

const jpeg = async (image: Sharp) => sharp(await image.jpeg({ quality: 95 }).toBuffer());

describe('findDuplicates', () => {
  test('finds validation images that are byte-identical to a training image', async () => {
    const images = [
      await traits('train/1.jpg', 'train', picture(1).png(), 'same'),
      await traits('train/2.jpg', 'train', picture(2).png()),
      await traits('validation/1.jpg', 'validation', picture(1).png(), 'same'),
      await traits('validation/3.jpg', 'validation', picture(3).png()),
    ];
    expect(await duplicatesAmong(images)).toEqual({
      exact: [{ validation: 'validation/1.jpg', train: 'train/1.jpg' }],
      near: [],
    });
  });

  test.each<[string, (image: Sharp) => Sharp]>([
    ['compressed again', (image) => image.jpeg({ quality: 40 })],
    ['scaled', (image) => image.resize(150).png()],
    ['brightened', (image) => image.modulate({ brightness: 1.1 }).png()],
  ])('finds validation images that are near duplicates of a training image: %s', async (_how, change) => {
    const others = await Promise.all(
      [2, 3, 4].map((number) => traits(`${number}.jpg`, 'train', picture(number).png())),
    );
    const original = await traits('original.jpg', 'train', picture(1).png());
    const copy = await traits('copy.jpg', 'validation', change(await jpeg(picture(1))));
    expect(await duplicatesAmong([...others, original, copy])).toEqual({
      exact: [],
      near: [
        { validation: 'copy.jpg', train: 'original.jpg', distance: expect.any(Number), difference: expect.any(Number) },
      ],
    });
  });

  test('returns each validation image once, with the nearest training image', async () => {
    const images = [
      await traits('far.jpg', 'train', picture(1).resize(40).jpeg({ quality: 40 })),
      await traits('near.jpg', 'train', picture(1).png()),
      await traits('copy.jpg', 'validation', picture(1).png(), 'other bytes'),
    ];
    expect((await duplicatesAmong(images)).near).toEqual([
      { validation: 'copy.jpg', train: 'near.jpg', distance: 0, difference: 0 },
    ]);
  });

  test('finds nothing among unrelated images and plain surfaces', async () => {
    const pictures = Array.from({ length: 60 }, (_, index) =>
      traits(`${index}.jpg`, index % 2 === 0 ? 'train' : 'validation', picture(index).png()),
    );
    const plain = (['train', 'validation'] as const).map((split) =>
      traits(
        `${split}.png`,
        split,
        sharp({ create: { width: 50, height: 50, channels: 3, background: '#fff' } }).png(),
      ),
    );
    expect(await duplicatesAmong(await Promise.all([...pictures, ...plain]))).toEqual({ exact: [], near: [] });
  });

  test('finds nothing among images that have one hash, but whose pixels differ', async () => {
    const dhash = (await traits('1.jpg', 'train', picture(1).png())).dhash;
    const [train, validation] = await Promise.all([
      traits('1.jpg', 'train', picture(1).png()),
      traits('2.jpg', 'validation', picture(2).png()),
    ]);
    expect(await duplicatesAmong([train, { ...validation, dhash }])).toEqual({ exact: [], near: [] });
  });

  test('ignores duplicates within one split', async () => {
    const [one, two] = [
      await traits('1.jpg', 'train', picture(1).png(), 'x'),
      await traits('2.jpg', 'train', picture(1).png(), 'x'),
    ];
    expect(await duplicatesAmong([one, two])).toEqual({ exact: [], near: [] });
  });
});

test('findDuplicates takes linear time for 80,000 images, half of which share half of their hash', async () => {
  const random = xoroshiro128plus(5);
  const digits = () => uniformInt(random, 0, 0xffff).toString(16).padStart(4, '0');
  // Half of them have the upper half in common.
  const images = Array.from({ length: 80_000 }, (_, index): ImageTraits => {
    const upper = index % 2 === 0 ? '0'.repeat(32) : Array.from({ length: 8 }, digits).join('');
    return {
      file: `${index}`,
      sha256: `${index}`,
      split: index % 5 === 0 ? 'validation' : 'train',
      dhash: upper + Array.from({ length: 8 }, digits).join(''),
    };
  });
  const copy = { ...images[1], file: 'copy', sha256: 'copy', split: 'validation' } as ImageTraits;
  const { near } = unwrap(await findDuplicates([...images, copy], async () => success(0)));
  expect(near).toEqual([{ validation: 'copy', train: '1', distance: 0, difference: 0 }]);
});
