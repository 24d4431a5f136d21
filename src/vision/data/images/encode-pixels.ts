import sharp from 'sharp';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { imageMemory } from './memory-budget.ts';

/** Raw pixels, or a JPEG with a quality from 1 to 100. */
export type PixelEncoding = { readonly kind: 'raw' } | { readonly kind: 'jpeg'; readonly quality: number };

const DEFAULT_QUALITY = 95;

/** The schema of the param `encoding`. */
export const encodingParam = {
  description:
    '`raw` is lossless; `jpeg` is lossy and uses about 21 % of the disk space at 64 px, 12 % at 331 px. With a quality: ' +
    '`{ jpeg: { quality: 90 } }`.',
  anyOf: [
    { description: 'Use raw, jpeg, or { jpeg: { quality: 90 } }.', type: 'string', pattern: '^(raw|jpeg)$' },
    {
      type: 'object',
      properties: {
        jpeg: {
          description: 'One JPEG per image.',
          type: 'object',
          properties: {
            quality: {
              description: `JPEG quality, from 1 to 100; ${DEFAULT_QUALITY} by default.`,
              type: 'integer',
              minimum: 1,
              maximum: 100,
            },
          },
          additionalProperties: false,
        },
      },
      required: ['jpeg'],
      additionalProperties: false,
    },
  ],
  default: 'raw',
} as const;

/** Converts the param `encoding`. */
export function pixelEncoding(encoding: FromSchema<typeof encodingParam>): PixelEncoding {
  if (encoding === 'raw') return { kind: 'raw' };
  return { kind: 'jpeg', quality: DEFAULT_QUALITY, ...(typeof encoding !== 'string' && encoding.jpeg) };
}

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
