import sharp, { type Metadata } from 'sharp';
import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import { readImageFile } from './image-file.ts';
import { imageFormat } from './image-format.ts';
import { imageMemory, MemoryBudget } from './memory-budget.ts';

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

/** 2^27: more than the largest cameras have. A small file may claim any number, and would take the memory for it. */
const MAX_PIXELS = 134_217_728;
const ALL = Number.POSITIVE_INFINITY;

/**
 * Decodes and resizes one image: JPEG, PNG, WebP, GIF, TIFF or AVIF by its content, of any orientation, depth and colour
 * space; transparency becomes white, and of an animation or several pages the first is taken. A missing, broken,
 * truncated or oversized image is a failure with its reason; it has a place if `source` is a path.
 */
export async function decodeImage(source: string | Buffer, options: DecodeOptions): Promise<Result<DecodedImage>> {
  const bytes = typeof source === 'string' ? await readImageFile(source) : success(source);
  if (!bytes.ok) return bytes;
  const undecodable = (reason: string) =>
    problem(`cannot decode the image: ${reason}`, {
      ...(typeof source === 'string' && { at: { file: source } }),
      advice: 'Put a whole image in its place, or take the rows that name it out of the data set.',
    });
  const format = imageFormat(bytes.value);
  if (format.kind === 'other') return undecodable(`it is ${format.what}`);
  const decoded = await decode(bytes.value, options, imageMemory);
  // What the decoder says of its errors gets mixed up when several images fail at once: alone it says the same each time.
  const result = decoded.ok
    ? decoded
    : await imageMemory.use(ALL, () => decode(bytes.value, options, new MemoryBudget(ALL)));
  return result.ok ? result : undecodable(result.failure);
}

/** Fails with the reason. */
async function decode(
  source: Buffer,
  options: DecodeOptions,
  budget: MemoryBudget,
): Promise<Result<DecodedImage, string>> {
  const { width, height } = options;
  let pixels: Buffer;
  let metadata: Metadata;
  try {
    metadata = await budget.use(source.length, () => sharp(source, { limitInputPixels: false }).metadata());
    const { width: across, height: down } = metadata;
    if (across * down > MAX_PIXELS)
      return failure(`it claims to have ${across}×${down} pixels, and no more than ${MAX_PIXELS} are decoded`);
    pixels = await budget.use(decodedBytes(metadata), () => resize(source, options));
  } catch (error) {
    return failure(reasonFrom(reasonOf(error)));
  }
  const { length } = pixels;
  if (length !== width * height * 3) throw new Error(`${width}×${height} RGB pixels cannot be ${length} bytes`);
  const { autoOrient } = metadata;
  return success({ pixels, originalWidth: autoOrient.width, originalHeight: autoOrient.height });
}

/** Sharp's words without those that say nothing to whoever has the file; the decoder repeats itself in further lines. */
function reasonFrom(message: string): string {
  if (message.startsWith('Input buffer contains unsupported')) return 'its beginning is damaged';
  const [first = '', second = ''] = message.split('\n').filter((line) => line.trim() !== '');
  const damaged = /^Input buffer has corrupt header:\s*(.*)$/.exec(first);
  return damaged === null ? first : ['its beginning is damaged', damaged[1] || second].filter(Boolean).join(': ');
}

function resize(source: Buffer, { width, height, fit }: DecodeOptions): Promise<Buffer> {
  return (
    sharp(source, { limitInputPixels: MAX_PIXELS })
      // Depth and colour space change first: blended in 16 bits, white came out as 254.
      .pipelineColourspace('srgb')
      .autoOrient()
      .resize(width, height, { fit, kernel: 'linear', background: '#fff' })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer()
  );
}

/** What the image takes decoded whole; a progressive JPEG has two bytes a sample meanwhile. */
function decodedBytes({ width, height, channels, depth }: Metadata): number {
  return width * height * channels * (depth === 'uchar' ? 2 : 4);
}
