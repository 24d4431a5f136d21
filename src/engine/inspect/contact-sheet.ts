import type Sharp from 'sharp';
import { evenlySpread } from '../../shared/files.ts';
import { count, plural } from '../../shared/text/format.ts';
import type { Picture, Pictures } from './picture.ts';
import { type Canvas, drawText, GLYPH } from './pixel-font.ts';

const COLUMNS = 8;
const MAX_COUNT = 48;
const THUMBNAIL = 144;
const GAP = 10;
const MARGIN = 16;
const HEAD = 34;
const CELL = { width: THUMBNAIL + GAP, height: THUMBNAIL + GLYPH.height + GAP + 4 };
const [WHITE, GREY, BLACK] = [255, 110, 0];

export interface ContactSheet {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  readonly shown: number;
  /** The labels of the images that could not be decoded. */
  readonly unreadable: readonly string[];
}

/** Draws a sample of images, evenly spread over all of them, as labelled thumbnails. */
export async function drawContactSheet(pictures: Pictures, title: string, sharp: typeof Sharp): Promise<ContactSheet> {
  const chosen = evenlySpread(pictures.count, MAX_COUNT);
  const columns = Math.min(COLUMNS, Math.max(4, chosen.length));
  const rows = Math.ceil(chosen.length / columns);
  const width = 2 * MARGIN + columns * CELL.width - GAP;
  const height = MARGIN + HEAD + rows * CELL.height;
  const canvas: Canvas = { width, height, pixels: new Uint8Array(width * height * 3).fill(WHITE) };
  const head = `${title}   ${count(chosen.length)} of ${plural(pictures.count, 'image')}`;
  drawText(canvas, shorten(head, width - 2 * MARGIN), MARGIN, MARGIN, BLACK);

  const unreadable: string[] = [];
  for (const [position, index] of chosen.entries()) {
    const left = MARGIN + (position % columns) * CELL.width;
    const top = MARGIN + HEAD + Math.floor(position / columns) * CELL.height;
    const picture = pictures.at(index);
    const label = picture.label === '' ? count(index) : picture.label;
    const thumbnail = await shrink(picture, sharp);
    if (thumbnail === undefined) {
      unreadable.push(label);
      drawText(canvas, 'cannot be read', left + 30, top + THUMBNAIL / 2 - 6, GREY);
    } else place(canvas, thumbnail, left, top);
    drawText(canvas, shorten(label, THUMBNAIL), left, top + THUMBNAIL + 4, GREY);
  }
  const png = await sharp(canvas.pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, width, height, shown: chosen.length, unreadable };
}

interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

async function shrink({ input, raw }: Picture, sharp: typeof Sharp): Promise<Thumbnail | undefined> {
  // Small images are enlarged by an integer factor without smoothing, to show the pixels that the model is trained on.
  const factor = raw ? Math.max(1, Math.floor(THUMBNAIL / Math.max(raw.width, raw.height))) : 1;
  const box =
    raw && factor > 1
      ? { width: raw.width * factor, height: raw.height * factor }
      : { width: THUMBNAIL, height: THUMBNAIL };
  try {
    const { data, info } = await sharp(input, raw ? { raw } : {})
      .autoOrient()
      .resize({ ...box, fit: 'inside', kernel: factor > 1 ? 'nearest' : 'lanczos3', withoutEnlargement: factor === 1 })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: toRgb(data, info.channels) };
  } catch {
    // The sheet shows that the image could not be decoded, and the caller reports it.
    return undefined;
  }
}

function toRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = new Uint8Array((data.length / channels) * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = data[Math.floor(at / 3) * channels] ?? 0;
  return pixels;
}

/** Draws a thumbnail at the center of its cell. */
function place(canvas: Canvas, { width, height, pixels }: Thumbnail, left: number, top: number): void {
  const x = left + Math.floor((THUMBNAIL - width) / 2);
  const y = top + Math.floor((THUMBNAIL - height) / 2);
  for (let row = 0; row < height; row += 1) {
    canvas.pixels.set(pixels.subarray(row * width * 3, (row + 1) * width * 3), ((y + row) * canvas.width + x) * 3);
  }
}

/** Shortens a text at its start, because the end of a path is more informative. */
function shorten(text: string, width: number): string {
  const room = Math.floor(width / GLYPH.width);
  return text.length <= room ? text : `..${text.slice(2 - room)}`;
}
