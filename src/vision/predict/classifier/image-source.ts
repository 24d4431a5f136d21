import { inspect } from 'node:util';
import { failure, type Result } from '../../../shared/problem.ts';
import { type DecodedImage, type DecodeOptions, decodeImage } from '../../data/images/decode.ts';
import type { ImageSource } from './classifier.ts';

/** Throws a TypeError for what code without types may give. */
export function checkSources(sources: unknown): void {
  if (!Array.isArray(sources))
    throw new TypeError(`classify: got ${inspect(sources, { depth: 0 })}, expected an array of images`);
  sources.forEach(checkSource);
}

function checkSource(source: unknown, index: number): void {
  if (typeof source === 'string' || source instanceof Uint8Array) return;
  const given = inspect(source, { depth: 0 });
  throw new TypeError(`classify: image ${index} is ${given}, expected the path of a file or a Uint8Array`);
}

/** Reads and decodes an image. */
export async function decodeSource(source: ImageSource, options: DecodeOptions): Promise<Result<DecodedImage>> {
  const decoded = await decodeImage(typeof source === 'string' ? source : bufferOf(source), options);
  if (decoded.ok) return decoded;
  // Elsewhere, images are files of a data set.
  const advice = 'Give an intact image: JPEG, PNG, WebP, GIF, TIFF or AVIF.';
  return failure(decoded.failure.map((found) => ({ ...found, advice })));
}

/** Returns the same memory as a buffer. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
