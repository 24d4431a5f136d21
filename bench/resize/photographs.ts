import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';

/** The number of distinct files; the others are hard links to them. */
const DIFFERENT = 200;

/** Creates a folder of JPEGs similar to photographs of 512 to 800 pixels: about 100 KB, with coarse and fine detail. */
export async function makePhotographs(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < Math.min(DIFFERENT, count); index += 1)
    writeFileSync(join(folder, `${index}.jpg`), await photograph(index));
  for (let index = DIFFERENT; index < count; index += 1)
    linkSync(join(folder, `${index % DIFFERENT}.jpg`), join(folder, `${index}.jpg`));
}

function photograph(index: number): Promise<Buffer> {
  const width = 512 + ((index * 37) % 289);
  const height = Math.round(width * (1 + (index % 5) / 10));
  return blots(index, 12, width, height)
    .then((large) => addDetail(large, index, width, height))
    .then((image) => image.jpeg({ quality: 90 }).toBuffer());
}

async function addDetail(large: Buffer, index: number, width: number, height: number) {
  const small = await blots(index + 1000, 160, width, height);
  return sharp(large).composite([{ input: small, blend: 'soft-light' }]);
}

/** Returns an image of random colours on a grid, smoothly interpolated. */
function blots(seed: number, grid: number, width: number, height: number): Promise<Buffer> {
  const random = xoroshiro128plus(seed);
  const pixels = Uint8Array.from({ length: grid * grid * 3 }, () => uniformInt(random, 0, 255));
  const image = sharp(pixels, { raw: { width: grid, height: grid, channels: 3 } });
  return image.resize(width, height, { fit: 'fill', kernel: 'cubic' }).png({ compressionLevel: 1 }).toBuffer();
}
