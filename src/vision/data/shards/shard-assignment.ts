import { hash } from 'node:crypto';

/** The images of one shard. */
export interface PlannedShard {
  /** The shard's file name. */
  readonly name: string;
  /** Paths of the images, sorted. */
  readonly files: readonly string[];
}

interface Hashed {
  readonly file: string;
  /** Of the path: bits that are as good as drawn by lot, and the same wherever the data set lies. */
  readonly bits: Buffer;
}

/**
 * Says which image lies in which shard: images whose hashed paths begin with the same bits share one, and as soon as
 * that has more than `maxImages`, the next bit divides it into two. So the shards depend on nothing but the set of
 * paths, and an image that comes or goes changes its own shard alone, or divides or joins it; no other image moves.
 */
export function assignToShards(files: Iterable<string>, maxImages: number): readonly PlannedShard[] {
  const images = Array.from(new Set(files), (file) => ({ file, bits: Buffer.from(hash('sha256', file), 'hex') }));
  return divide(images, '', maxImages);
}

function divide(images: readonly Hashed[], beginning: string, maxImages: number): readonly PlannedShard[] {
  if (images.length === 0) return [];
  if (images.length <= maxImages) {
    return [{ name: `shard-${beginning || 'all'}.arrow`, files: images.map(({ file }) => file).sort() }];
  }
  const half = (bit: 0 | 1) =>
    divide(
      images.filter(({ bits }) => bitAt(bits, beginning.length) === bit),
      `${beginning}${bit}`,
      maxImages,
    );
  return [...half(0), ...half(1)];
}

function bitAt(bits: Buffer, index: number): number {
  return ((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
}
