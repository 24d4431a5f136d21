import { join } from 'node:path';
import sharp from 'sharp';
import { writeImages } from '../../src/vision/data/tables/images.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';

export const fileOf = (index: number) => `Images/${String(index).padStart(2, '0')}.jpg`;

/** Returns a JPEG that is different for each index. */
export const jpegOf = (index: number): Promise<Buffer> =>
  sharp({
    create: { width: 30 + index, height: 20, channels: 3, background: { r: index * 10, g: 255 - index * 10, b: 99 } },
  })
    .jpeg()
    .toBuffer();

/** Returns the folder of a data set with `count` images, and the table that lists them. */
export async function imagesOf(count: number): Promise<{ dataset: string; images: string }> {
  const dataset = temporaryFolder();
  const files = Array.from({ length: count }, (_, index) => fileOf(index));
  for (const [index, file] of files.entries()) writeFiles(dataset, { [file]: await jpegOf(index) });
  const images = join(temporaryFolder(), 'images.arrow');
  await writeImages(images, files);
  return { dataset, images };
}

export const params = { size: 4, images_per_shard: 6, batch: 4 };
