import { hash } from 'node:crypto';
import path from 'node:path';
import { type Problem, success } from '../../../shared/problem.ts';
import type { PreviousShards } from '../shards/previous-shards.ts';
import type { Quarantined } from '../shards/quarantine.ts';
import type { ShardImage } from '../shards/shard-writer.ts';
import { decodeImage } from './decode.ts';
import { encodePixels, type PixelEncoding } from './encode-pixels.ts';
import type { ImageReader } from './image-file.ts';
import { differenceHash } from './perceptual-hash.ts';
import type { Fit, Interpolation } from './resizing.ts';

/** What happens with an image that cannot be decoded: the stage fails, or the image is quarantined with the reason. */
export const ON_BAD_IMAGE = ['fail', 'quarantine'] as const;
export type OnBadImage = (typeof ON_BAD_IMAGE)[number];

export const QUARANTINE_ADVICE = 'Or set "on_bad_image" to "quarantine" to exclude such images.';

export interface LoadOptions {
  /** The folder of the data set, to which the paths of the files are relative. */
  readonly root: string;
  /** Height and width, in pixels. */
  readonly size: number;
  readonly fit: Fit;
  readonly interpolation: Interpolation;
  readonly encoding?: PixelEncoding;
  readonly onBadImage?: OnBadImage;
}

/** Where images come from. */
export interface ImageSources {
  /** Reads the files in `root`. */
  readonly read: ImageReader;
  readonly previous: PreviousShards | undefined;
}

export type LoadedImage =
  | { readonly ok: true; readonly value: ShardImage }
  | { readonly ok: false; readonly failure: readonly Problem[]; readonly quarantined: Quarantined };

/** Returns an image at the size of the shards: from the shards of a previous result if they have it, decoded otherwise. */
export async function loadImage(
  file: string,
  { root, size, fit, interpolation, encoding, onBadImage }: LoadOptions,
  { read, previous }: ImageSources,
): Promise<LoadedImage> {
  const known = await previous?.image(file);
  if (known !== undefined) return success(known);
  const at = { file: path.join(root, file) };
  const source = await read(file);
  const sha256 = source.ok ? hash('sha256', source.value) : null;
  const resizing = { width: size, height: size, fit, interpolation };
  const decoded = source.ok ? await decodeImage(source.value, resizing) : source;
  if (!decoded.ok || sha256 === null) {
    const problems = decoded.ok ? [] : decoded.failure;
    const reason = problems.map(({ message }) => message).join('; ');
    const advice = `${problems[0]?.advice ?? ''} ${QUARANTINE_ADVICE}`;
    const failed = problems.map((found) => ({ ...found, at, ...(onBadImage === 'fail' && { advice }) }));
    return { ok: false, failure: failed, quarantined: { file, sha256, reason } };
  }
  const { pixels, originalWidth, originalHeight } = decoded.value;
  return success({
    file,
    sha256,
    original_width: originalWidth,
    original_height: originalHeight,
    dhash: differenceHash(pixels, size, size),
    data: await encodePixels(pixels, { width: size, height: size }, encoding),
  });
}
