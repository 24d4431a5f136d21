import sharp from 'sharp';
import { imageMemory } from './memory-budget.ts';

/** Raw pixels, or a JPEG with a quality from 1 to 100. */
export type PixelEncoding = { readonly kind: 'raw' } | { readonly kind: 'jpeg'; readonly quality: number };

/**
 * Encodes the pixels of an image for a shard.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 * @param size in pixels.
 */
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
      // No chroma subsampling: the images are small, and half of the colour resolution would be lost.
      const image = sharp(pixels, { raw: { ...size, channels: 3 } }).jpeg({ quality, chromaSubsampling: '4:4:4' });
      return imageMemory.use(pixels.length, () => image.toBuffer());
    }
    default:
      return encoding satisfies never;
  }
}
