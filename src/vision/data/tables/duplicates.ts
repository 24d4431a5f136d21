import { type Result, success } from '../../../shared/problem.ts';
import type { Split } from './task.ts';

/** The properties by which duplicates are found. */
export interface ImageTraits {
  readonly file: string;
  /** `validation` for the images of the evaluated split. */
  readonly split: Extract<Split, 'train' | 'validation'>;
  /** SHA-256 of the source file, in hex. */
  readonly sha256: string;
  /** Difference hash, 256 bits in hex; see `differenceHash`. */
  readonly dhash: string;
}

/** A validation image that is also a training image. */
export interface Duplicate {
  readonly validation: string;
  readonly train: string;
}

export interface Duplicates {
  /** Byte-identical images. */
  readonly exact: readonly Duplicate[];
  /**
   * Nearly identical images: scaled, compressed or brightened copies. `distance` is the Hamming distance of their difference
   * hashes, in bits; `difference` that of their pixels, as `pixelDifference` computes it.
   */
  readonly near: readonly (Candidate & { readonly difference: number })[];
}

/** A validation image and a training image that are similar by their difference hashes. */
export interface Candidate extends Duplicate {
  readonly distance: number;
}

/**
 * The largest distance of a candidate, in bits. Measured on 3,781 photographs of garments: of the 7 million pairs one
 * was nearer than 17 bits, and it was one photograph in two sizes. Copies within 12 bits, at 64 px and at 331 px: with JPEG
 * quality 40 98 % and 89 %, brighter 88 % and 84 %, grey 96 % and 95 %, at half the size 99.7 % and 58 %.
 */
const MAX_DISTANCE = 12;
/** Hashes with fewer ones or fewer zeros than this are of plain surfaces, which all look alike. */
const MIN_STRUCTURE = 16;
const BAND_BITS = 16;
const BANDS = 256 / BAND_BITS;
/** A band that more images share, such as a white sky, says nothing, and comparing all of them would take too long. */
const MAX_BUCKET = 2000;

/**
 * The largest difference of the pixels of nearly identical images, of 255. Measured at 64 px: of 1,613 pairs of handwritten
 * digits that are similar by their hashes, which see little in a small drawing, one differs less (4.6, 1 % less than 8.5).
 * Of copies of photographs of garments with JPEG quality 20 or 40, or half the size, all do (at most 2.0), of brighter ones
 * 99 %.
 */
const MAX_DIFFERENCE = 5;

/** The number of candidates of a validation image whose pixels are compared, the nearest ones first. */
const MAX_CANDIDATES = 8;

/**
 * Finds the validation images that are training images as well, each with the most similar training image, sorted by path.
 *
 * @param differenceOf returns the difference of the pixels of two images, or a problem if these cannot be read.
 */
export async function findDuplicates(
  images: readonly ImageTraits[],
  differenceOf: (pair: Duplicate) => Promise<Result<number>>,
): Promise<Result<Duplicates>> {
  const train = images.filter(({ split }) => split === 'train');
  const validation = images.filter(({ split }) => split === 'validation');
  const sources = new Map(train.map(({ sha256, file }) => [sha256, file]));
  const exact: Duplicate[] = [];
  const others: ImageTraits[] = [];
  for (const image of validation) {
    const found = sources.get(image.sha256);
    if (found === undefined) others.push(image);
    else exact.push({ validation: image.file, train: found });
  }
  const near: (Candidate & { readonly difference: number })[] = [];
  for (const candidates of candidatesOf(others, train)) {
    let best: (Candidate & { readonly difference: number }) | undefined;
    for (const candidate of candidates) {
      const difference = await differenceOf(candidate);
      if (!difference.ok) return difference;
      if (difference.value > MAX_DIFFERENCE || (best !== undefined && difference.value >= best.difference)) continue;
      best = { ...candidate, difference: difference.value };
    }
    if (best !== undefined) near.push(best);
  }
  return success({ exact: exact.sort(byFile), near: near.sort(byFile) });
}

interface Hashed {
  readonly file: string;
  /** The hash in pieces of 16 bits. */
  readonly bands: Uint16Array;
}

/**
 * Returns for each validation image the training images with a similar hash. Two hashes that differ in at most 12 bits
 * share at least 4 of their 16 bands.
 */
function candidatesOf(validation: readonly ImageTraits[], train: readonly ImageTraits[]): readonly Candidate[][] {
  const known = withStructure(train);
  const buckets = Array.from({ length: BANDS }, (_, band) => bucketsOf(known, band));
  return withStructure(validation).map(({ file, bands }) => {
    const similar = new Map<string, number>();
    for (const [band, bucket] of buckets.entries()) {
      const alike = bucket.get(bands[band] ?? 0) ?? [];
      if (alike.length > MAX_BUCKET) continue;
      for (const other of alike) {
        const distance = distanceOf(bands, other.bands);
        if (distance <= MAX_DISTANCE) similar.set(other.file, distance);
      }
    }
    return Array.from(similar, ([found, distance]) => ({ validation: file, train: found, distance }))
      .sort((a, b) => a.distance - b.distance || (a.train < b.train ? -1 : 1))
      .slice(0, MAX_CANDIDATES);
  });
}

function withStructure(images: readonly ImageTraits[]): Hashed[] {
  const plain = new Uint16Array(BANDS);
  return images
    .map(({ file, dhash }) => ({
      file,
      bands: Uint16Array.from(dhash.match(/.{4}/g) ?? [], (part) => Number.parseInt(part, 16)),
    }))
    .filter(({ bands }) => {
      const ones = distanceOf(bands, plain);
      return ones >= MIN_STRUCTURE && ones <= 256 - MIN_STRUCTURE;
    });
}

function bucketsOf(images: readonly Hashed[], band: number): ReadonlyMap<number, readonly Hashed[]> {
  const buckets = new Map<number, Hashed[]>();
  for (const image of images) {
    const value = image.bands[band] ?? 0;
    const bucket = buckets.get(value);
    if (bucket === undefined) buckets.set(value, [image]);
    else bucket.push(image);
  }
  return buckets;
}

/** The number of ones in each 16-bit number. */
const ONES = new Uint8Array(1 << BAND_BITS);
for (let number = 1; number < ONES.length; number += 1) ONES[number] = (ONES[number >> 1] ?? 0) + (number & 1);

function distanceOf(a: Uint16Array, b: Uint16Array): number {
  let distance = 0;
  for (let band = 0; band < BANDS; band += 1) distance += ONES[(a[band] ?? 0) ^ (b[band] ?? 0)] ?? 0;
  return distance;
}

function byFile(a: Duplicate, b: Duplicate): number {
  return a.validation < b.validation ? -1 : 1;
}
