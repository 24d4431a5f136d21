import sharp, { type Metadata } from 'sharp';
import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import { resizeBilinear, type Size } from './bilinear.ts';
import { centre, sizeWithin } from './fitting.ts';
import { readImageFile } from './image-file.ts';
import { imageFormat } from './image-format.ts';
import { imageMemory, MemoryBudget } from './memory-budget.ts';
import type { Fit, Resizing } from './resizing.ts';
import { isPlainYCbCr } from './tiff.ts';

export interface DecodeOptions extends Resizing {
  /** Target size, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Images with more pixels are refused; 2^27 by default, and at most. */
  readonly maxPixels?: number;
}

export interface DecodedImage {
  /** uint8 RGB, `[height, width, 3]`. */
  readonly pixels: Uint8Array;
  /** Size of the original in pixels, with the EXIF orientation applied. */
  readonly originalWidth: number;
  readonly originalHeight: number;
}

// Images are decoded concurrently, so threads within one would only add cost; none is decoded twice, so no cache helps.
sharp.concurrency(1);
sharp.cache(false);

/** 2^27, more than the largest cameras have. A small file may declare any size and would make the decoder allocate it. */
const MAX_PIXELS = 134_217_728;
const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * Decodes and resizes one image to uint8 RGB, `[height, width, 3]`, with bilinear resampling. The format (JPEG, PNG, WebP,
 * GIF, TIFF or AVIF) is detected from the content; any EXIF orientation and colour space with 8 or 16 bits per channel is
 * accepted. Transparency becomes white; of an animation or several pages the first one is used. A missing, corrupted,
 * truncated or oversized image is a failure with the reason, and with a place if `source` is a path.
 */
export async function decodeImage(source: string | Buffer, options: DecodeOptions): Promise<Result<DecodedImage>> {
  const bytes = typeof source === 'string' ? await readImageFile(source) : success(source);
  if (!bytes.ok) return bytes;
  const undecodable = (reason: string) => undecodableProblem(source, reason);
  const format = imageFormat(bytes.value);
  if (format.kind === 'other') return undecodable(`it is ${format.what}`);
  const decoded = await decode(bytes.value, options, imageMemory);
  // Concurrent failures mix up the decoder's error messages; decoding alone gives a deterministic message.
  const result = decoded.ok
    ? decoded
    : await imageMemory.use(UNLIMITED, () => decode(bytes.value, options, new MemoryBudget(UNLIMITED)));
  return result.ok ? result : undecodable(result.failure);
}

/** Checks what can be checked of an image without decoding it: its format and its header. The pixels may be corrupted. */
export async function checkImage(source: Buffer): Promise<Result<void>> {
  const format = imageFormat(source);
  if (format.kind === 'other') return undecodableProblem(source, `it is ${format.what}`);
  try {
    const header = await readHeader(source, imageMemory);
    return header.ok ? success(undefined) : undecodableProblem(source, header.failure);
  } catch (error) {
    return undecodableProblem(source, reasonFrom(reasonOf(error)));
  }
}

function undecodableProblem(source: string | Buffer, reason: string) {
  return problem(`cannot decode the image: ${reason}`, {
    ...(typeof source === 'string' && { at: { file: source } }),
    advice: 'Replace it with an intact image, or remove the rows that name it from the data set.',
  });
}

/** Reads the header; the failure is the reason why the pixels would not be decoded. Throws the decoder's error. */
async function readHeader(
  source: Buffer,
  budget: MemoryBudget,
  maxPixels = MAX_PIXELS,
): Promise<Result<Metadata, string>> {
  const metadata = await budget.use(source.length, () => sharp(source, { limitInputPixels: false }).metadata());
  const { width, height } = metadata;
  const most = Math.min(maxPixels, MAX_PIXELS);
  if (width * height > most)
    return failure(`its header declares ${width}×${height} pixels; at most ${most} are decoded`);
  const unsupported = unsupportedPixels(source, metadata);
  return unsupported === undefined ? success(metadata) : failure(unsupported);
}

/** Decodes within a memory budget; the failure is the reason, as a phrase. */
async function decode(
  source: Buffer,
  options: DecodeOptions,
  budget: MemoryBudget,
): Promise<Result<DecodedImage, string>> {
  const { width, height, maxPixels } = options;
  let pixels: Uint8Array;
  let original: Size;
  try {
    const header = await readHeader(source, budget, maxPixels);
    if (!header.ok) return header;
    original = header.value.autoOrient;
    pixels = await budget.use(decodedBytes(header.value), () => resize(source, original, options));
  } catch (error) {
    return failure(reasonFrom(reasonOf(error)));
  }
  const { length } = pixels;
  if (length !== width * height * 3) throw new Error(`${width}×${height} RGB pixels cannot be ${length} bytes`);
  return success({ pixels, originalWidth: original.width, originalHeight: original.height });
}

/** Removes from sharp's message what does not help the user; further lines only repeat the first one. */
function reasonFrom(message: string): string {
  if (message.startsWith('Input buffer contains unsupported')) return 'its header is corrupted';
  const [first = '', second = ''] = message.split('\n').filter((line) => line.trim() !== '');
  const corrupted = /^Input buffer has corrupt header:\s*(.*)$/.exec(first);
  return corrupted === null ? first : ['its header is corrupted', corrupted[1] || second].filter(Boolean).join(': ');
}

/** Returns why pixels cannot be converted to sRGB of 8 bits; undefined if they can. */
function unsupportedPixels(source: Buffer, { format, depth }: Metadata): string | undefined {
  if (depth !== 'uchar' && depth !== 'ushort')
    return `its pixels have the type ${depth}, whose range is not known: save it with 8 or 16 bits per channel`;
  if (format === 'tiff' && isPlainYCbCr(source)) return 'its pixels are YCbCr, not compressed as JPEG: save it as RGB';
  return undefined;
}

/** Resizes an image of the size `original`, in which its orientation is applied. */
async function resize(source: Buffer, original: Size, options: DecodeOptions): Promise<Uint8Array> {
  const { fit, interpolation } = options;
  const inner = sizeWithin(fit, original, options);
  const isSmaller = inner.width <= original.width && inner.height <= original.height;
  if (interpolation === 'antialiased' && isSmaller) return toPixels(source, options, fit);
  // sharp moves an image that it enlarges by half a pixel, and always uses antialiasing: only what shrinks is left to it.
  const decoded =
    interpolation === 'linear'
      ? original
      : { width: Math.min(inner.width, original.width), height: Math.min(inner.height, original.height) };
  const pixels = await toPixels(source, decoded, 'fill');
  return centre(resizeBilinear(pixels, decoded, inner), inner, options);
}

function toPixels(source: Buffer, { width, height }: Size, fit: Fit): Promise<Buffer> {
  return (
    sharp(source, { limitInputPixels: MAX_PIXELS })
      // Depth and colour space are converted first: blending in 16 bits turned white into 254.
      .pipelineColourspace('srgb')
      .autoOrient()
      .resize(width, height, { fit, kernel: 'linear', background: '#fff' })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer()
  );
}

/** Returns the bytes of the whole decoded image; a progressive JPEG needs two bytes per sample while it is decoded. */
function decodedBytes({ width, height, channels, depth }: Metadata): number {
  return width * height * channels * (depth === 'uchar' ? 2 : 4);
}
