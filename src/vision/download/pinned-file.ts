import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** A digest that says what content has to be. MD5 is for what was published so. */
export interface PinnedDigest {
  readonly algorithm: 'sha256' | 'md5';
  /** In lower-case hexadecimal digits. */
  readonly hex: string;
}

/** A file elsewhere, and what has to be in it. */
export interface PinnedFile {
  readonly url: string;
  readonly digest: PinnedDigest;
}

/** `sha256 1f0c…`. */
export function describeDigest({ algorithm, hex }: PinnedDigest): string {
  return `${algorithm} ${hex}`;
}

/** The digest of what is in a file. Throws the file system's error. */
export async function digestOf(file: string, algorithm: PinnedDigest['algorithm']): Promise<PinnedDigest> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { algorithm, hex: hash.digest('hex') };
}
