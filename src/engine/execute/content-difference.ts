import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '../fingerprint/tree.ts';

/** The first difference between two contents. `file` is relative, and empty if the content is a single file. */
export type ContentDifference =
  /** A byte; undefined where one of the files has ended. */
  | {
      readonly kind: 'byte';
      readonly file: string;
      readonly offset: number;
      readonly expected: number | undefined;
      readonly found: number | undefined;
    }
  | { readonly kind: 'missing-file'; readonly file: string }
  | { readonly kind: 'added-file'; readonly file: string }
  /** A file instead of a directory, or vice versa. */
  | { readonly kind: 'other-kind'; readonly expected: Tree['kind']; readonly found: Tree['kind'] }
  /** Only empty directories differ. */
  | { readonly kind: 'empty-directories' };

/** Content with its path. */
export interface LocatedTree {
  /** Absolute. */
  readonly path: string;
  readonly tree: Tree;
}

/** Compares two contents in the order of their file names. Returns nothing if they are equal. */
export function contentDifference(expected: LocatedTree, found: LocatedTree): ContentDifference | undefined {
  const [a, b] = [expected.tree, found.tree];
  if (a.digest === b.digest) return undefined;
  if (a.kind !== b.kind) return { kind: 'other-kind', expected: a.kind, found: b.kind };
  for (const differing of differingFiles(a, b)) {
    const { kind, file } = differing;
    if (kind !== 'changed-file') return { kind, file };
    const byte = firstByte(join(expected.path, file), join(found.path, file));
    if (byte !== undefined) return { kind: 'byte', file, ...byte };
  }
  return { kind: 'empty-directories' };
}

/** Yields the files that two contents of one kind do not have in common, in the order of their names. */
export function* differingFiles(
  expected: Tree,
  found: Tree,
): Iterable<{ readonly kind: 'missing-file' | 'added-file' | 'changed-file'; readonly file: string }> {
  const [before, now] = [byPath(expected), byPath(found)];
  for (const file of [...new Set([...before.keys(), ...now.keys()])].sort()) {
    if (!now.has(file)) yield { kind: 'missing-file', file };
    else if (!before.has(file)) yield { kind: 'added-file', file };
    else if (before.get(file) !== now.get(file)) yield { kind: 'changed-file', file };
  }
}

function byPath({ files }: Tree): ReadonlyMap<string, string> {
  return new Map([...files].map(({ path, digest }) => [path, digest]));
}

const CHUNK = 1 << 20;

function firstByte(expected: string, found: string) {
  const [a, b] = [openSync(expected, 'r'), openSync(found, 'r')];
  try {
    const [inA, inB] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    for (let start = 0; ; start += CHUNK) {
      const partA = inA.subarray(0, fill(a, inA));
      const partB = inB.subarray(0, fill(b, inB));
      if (!partA.equals(partB)) {
        let index = 0;
        while (partA[index] === partB[index]) index++;
        return { offset: start + index, expected: partA[index], found: partB[index] };
      }
      if (partA.length < CHUNK) return undefined;
    }
  } finally {
    closeSync(a);
    closeSync(b);
  }
}

/** Reads until the buffer is full or the file ends, since a single read may return less. */
function fill(file: number, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(file, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return length;
}
