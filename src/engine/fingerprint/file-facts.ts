import type { BigIntStats } from 'node:fs';

/** The metadata of a file. Equal facts mean equal content, except in the racy case. */
export type Facts = string & { readonly __brand: 'Facts' };

/** Returns the size, modification and change times in nanoseconds, and inode. */
export function factsOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): Facts {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}` as Facts;
}

/** Returns whether at most the links to a file have changed: a write would change its mtime. */
export function isSameFile(before: BigIntStats, now: BigIntStats): boolean {
  return before.ino === now.ino && before.size === now.size && before.mtimeNs === now.mtimeNs;
}

/** As in Git: a file modified just before its metadata was read may change again without a change of its times. */
export function isRacy({ ctimeNs }: BigIntStats, now: bigint): boolean {
  const age = now - ctimeNs;
  if (age >= 2_000_000_000n) return false;
  const wholeSeconds = ctimeNs % 1_000_000_000n === 0n;
  return wholeSeconds || age < 20_000_000n;
}

export function nowInNanoseconds(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
