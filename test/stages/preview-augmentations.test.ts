import { type Augmentation, affine, previewAugmentationsStage } from 'pipeline/vision';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import preview from '../../stages/preview-augmentations.ts';
import { labelledImages, SIZE } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';

const GAP = 4;

/** Makes an image darker at random. */
const darken: Augmentation = {
  name: 'darken',
  apply: ({ pixels, targets }, { tf, uniform }) => ({
    pixels: tf.mul(pixels, uniform([pixels.shape[0], 1, 1, 1])),
    targets,
  }),
};

/** Runs a stage, and returns its sheet. */
async function sheetOf(stage: ReturnType<typeof previewAugmentationsStage>, params: Readonly<Record<string, unknown>>) {
  const { shards } = await labelledImages(20);
  const { outputs, failure } = await runStage(stage, { params, inputs: { shards } });
  expect(failure).toBeUndefined();
  const { data, info } = await sharp(outputs['sheet']).raw().toBuffer({ resolveWithObject: true });
  /** The image in a row and a column, as numbers. */
  const image = (row: number, column: number) =>
    sharp(data, { raw: info })
      .extract({ left: column * (SIZE + GAP), top: row * (SIZE + GAP), width: SIZE, height: SIZE })
      .raw()
      .toBuffer();
  return { width: info.width, height: info.height, image };
}

test('the sheet has a row for each image, which begins with the image as it is', async () => {
  const { width, height, image } = await sheetOf(preview, { images: 3, variants: 2, augment: 'none' });
  expect([width, height]).toEqual([3 * SIZE + 2 * GAP, 3 * SIZE + 2 * GAP]);
  for (const row of [0, 1, 2]) {
    const original = await image(row, 0);
    for (const column of [1, 2]) expect(await image(row, column)).toEqual(original);
  }
  expect(await image(0, 0)).not.toEqual(await image(1, 0));
});

test('a stage with augmentations shows what they make of an image, step by step', async () => {
  const { image } = await sheetOf(previewAugmentationsStage({ augmentations: [affine(), darken] }), {
    images: 2,
    variants: 2,
  });
  const [original, first, second] = [await image(0, 0), await image(0, 1), await image(0, 2)];
  const sum = (bytes: Buffer) => bytes.reduce((total, value) => total + value, 0);
  expect(sum(first)).toBeLessThan(sum(original));
  expect(sum(second)).toBeLessThan(sum(original));
  expect(first).not.toEqual(second);
});

test('the same seed draws the same sheet, another seed another one', async () => {
  const stage = previewAugmentationsStage({ augmentations: [darken] });
  const drawn = async (seed: number) => (await sheetOf(stage, { images: 1, variants: 1, seed })).image(0, 1);
  expect(await drawn(5)).toEqual(await drawn(5));
  expect(await drawn(5)).not.toEqual(await drawn(6));
});
