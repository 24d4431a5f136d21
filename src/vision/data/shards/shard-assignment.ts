import { hash } from 'node:crypto';

/** The images of one shard. */
export interface PlannedShard {
  /** The file name of the shard. */
  readonly name: string;
  /** Paths of the images, sorted. */
  readonly files: readonly string[];
}

interface Hashed {
  readonly file: string;
  /** The SHA-256 of the path: uniformly distributed, and the same wherever the data set is. */
  readonly bits: Buffer;
}

/**
 * Assigns images to shards of at most `maxImages`. Images share a shard if the hashes of their paths have a common prefix;
 * a shard with too many images is divided by the next bit. So the shards depend on nothing but the set of paths, and adding
 * or removing an image changes only its own shard, or divides or merges it (as in extendible hashing).
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
