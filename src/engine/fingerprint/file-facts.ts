import type { BigIntStats } from 'node:fs';

/** A file that is there, as the file system describes it. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly stats: BigIntStats;
}

/** What the file system says of a file: equal facts mean equal content, but for the racy case. */
export type Facts = string & { readonly __brand: 'Facts' };

/** Size, times of change in nanoseconds, and inode. */
export function factsOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): Facts {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}` as Facts;
}

/** Git's rule: a file as young as the look at it may change again without its times showing it. */
export function isRacy({ ctimeNs }: BigIntStats, now: bigint): boolean {
  const wholeSeconds = ctimeNs % 1_000_000_000n === 0n;
  return now - ctimeNs < (wholeSeconds ? 2_000_000_000n : 20_000_000n);
}

export function nowInNanoseconds(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
