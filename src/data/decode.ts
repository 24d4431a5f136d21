import sharp from 'sharp';
import { problem, type Result, success } from '../problem.ts';
import { reasonOf } from './wording.ts';

/** `fill` stretches, `cover` crops what overhangs, `contain` pads with white. */
export const FITS = ['fill', 'cover', 'contain'] as const;
export type Fit = (typeof FITS)[number];

export interface DecodeOptions {
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
}

export interface DecodedImage {
  /** RGB, `[height, width, 3]`. */
  readonly pixels: Uint8Array;
  /** Size in pixels as a viewer shows the original: EXIF orientation applied. */
  readonly originalWidth: number;
  readonly originalHeight: number;
}

// Images run beside each other, so threads within one only cost; and no image is decoded twice, so nothing is cached.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes and resizes one image, whatever its format, orientation, depth and colour space; transparency becomes white.
 * A missing, broken or truncated image is a failure with sharp's reason; it has a place if `source` is a path.
 */
export async function decodeImage(source: string | Buffer, options: DecodeOptions): Promise<Result<DecodedImage>> {
  const { width, height, fit } = options;
  let decoded: DecodedImage;
  try {
    const image = sharp(source);
    const { autoOrient } = await image.metadata();
    const pixels = await image
      // Depth and colour space change first: blended in 16 bits, white came out as 254.
      .pipelineColourspace('srgb')
      .autoOrient()
      .resize(width, height, { fit, kernel: 'linear', background: '#fff' })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    decoded = { pixels, originalWidth: autoOrient.width, originalHeight: autoOrient.height };
  } catch (error) {
    // The decoder repeats itself in further lines.
    const [reason] = reasonOf(error).split('\n');
    return problem(`cannot decode the image: ${reason}`, {
      ...(typeof source === 'string' && { at: { file: source } }),
      advice: 'Put a whole image in its place, or take the rows that name it out of the data set.',
    });
  }
  const { length } = decoded.pixels;
  if (length !== width * height * 3) throw new Error(`${width}×${height} RGB pixels cannot be ${length} bytes`);
  return success(decoded);
}
