import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** The options that determine every byte of a drawn data set. */
export interface Stamp {
  readonly images: number;
  readonly questions: number;
  readonly seed: number;
}

/** The version of the drawings: incremented whenever the same options give other images. */
const DRAWING = 1;

const FILE = '.garments.json';

// Another version of libvips may round or compress differently.
const content = ({ images, questions, seed }: Stamp): string =>
  `${JSON.stringify({ drawing: DRAWING, images, questions, seed, libvips: sharp.versions.vips })}\n`;

/** Writes the stamp into a finished data set. */
export async function writeStamp(directory: string, stamp: Stamp): Promise<void> {
  await writeFile(join(directory, FILE), content(stamp));
}

/** Returns `same` for a data set drawn with this stamp, `other` for another stamp, `none` for any other directory. */
export async function compareStamp(directory: string, stamp: Stamp): Promise<'same' | 'other' | 'none'> {
  const found = await readFile(join(directory, FILE), 'utf8').catch(() => undefined);
  if (found === undefined) return 'none';
  return found === content(stamp) ? 'same' : 'other';
}
