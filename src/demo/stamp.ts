import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** What decides every byte of a drawn data set. */
export interface Stamp {
  readonly images: number;
  readonly questions: number;
  readonly seed: number;
}

/** Counted up whenever the same arguments give other pictures. */
const DRAWING = 1;

const FILE = '.garments.json';

// Another libvips may round another way or compress another way.
const content = ({ images, questions, seed }: Stamp): string =>
  `${JSON.stringify({ drawing: DRAWING, images, questions, seed, libvips: sharp.versions.vips })}\n`;

export async function writeStamp(directory: string, stamp: Stamp): Promise<void> {
  await writeFile(join(directory, FILE), content(stamp));
}

/** `same`: drawn from this stamp; `other`: drawn from another one; `none`: not drawn by this program. */
export async function compareStamp(directory: string, stamp: Stamp): Promise<'same' | 'other' | 'none'> {
  const found = await readFile(join(directory, FILE), 'utf8').catch(() => undefined);
  if (found === undefined) return 'none';
  return found === content(stamp) ? 'same' : 'other';
}
