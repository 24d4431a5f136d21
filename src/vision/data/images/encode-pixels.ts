import sharp from 'sharp';
import { imageMemory } from './memory-budget.ts';

/** Pixels as they are, or a JPEG of them, whose quality is from 1 to 100. */
export type PixelEncoding = { readonly kind: 'raw' } | { readonly kind: 'jpeg'; readonly quality: number };

/** `pixels`: RGB, `[height, width, 3]`. */
export async function encodePixels(
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  encoding: PixelEncoding = { kind: 'raw' },
): Promise<Uint8Array> {
  switch (encoding.kind) {
    case 'raw':
      return pixels;
    case 'jpeg': {
      const { quality } = encoding;
      // Colours in full resolution: these images are small.
      const image = sharp(pixels, { raw: { ...size, channels: 3 } }).jpeg({ quality, chromaSubsampling: '4:4:4' });
      return imageMemory.use(pixels.length, () => image.toBuffer());
    }
    default:
      return encoding satisfies never;
  }
}
