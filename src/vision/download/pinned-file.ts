import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The expected digest of a file. MD5 is only for files whose publisher gives no other digest. */
export interface PinnedDigest {
  readonly algorithm: 'sha256' | 'md5';
  /** In lower-case hexadecimal digits. */
  readonly hex: string;
}

/** A file at a URL and its expected digest. */
export interface PinnedFile {
  readonly url: string;
  readonly digest: PinnedDigest;
  /** The largest size that it may have, in bytes. */
  readonly maxBytes?: number;
}

/** Returns a digest as text: `sha256 1f0c…`. */
export function describeDigest({ algorithm, hex }: PinnedDigest): string {
  return `${algorithm} ${hex}`;
}

/** Computes the digest of a regular file, or of several, one after the other. Throws the file system's error. */
export async function digestOf(
  files: string | readonly string[],
  algorithm: PinnedDigest['algorithm'],
): Promise<PinnedDigest> {
  const hash = createHash(algorithm);
  for (const file of [files].flat())
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { algorithm, hex: hash.digest('hex') };
}
