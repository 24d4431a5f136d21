import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { type Digest, sha256 } from './digest.ts';
import { listingText, type Tree } from './tree.ts';

/** The files of a directory: path relative to it → digest. */
export type Listing = ReadonlyMap<string, Digest>;

/**
 * Keeps listings of the input directories of stages, by digest, to explain later what changed in them. A listing is the
 * text whose digest is its name, so that anybody who reads it can verify it, wherever it comes from.
 */
export class Listings {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  keep(tree: Tree): void {
    if (tree.kind !== 'directory' || this.has(tree.digest)) return;
    try {
      writeAtomically(this.pathOf(tree.digest), listingText(tree));
    } catch {
      // The cache may be on a read-only file system. What changed is then not explained by file.
    }
  }

  /** Returns whether there is a valid listing; what is in the way of one is replaced by `keep`. */
  has(digest: Digest): boolean {
    return this.find(digest) !== undefined;
  }

  find(digest: Digest): Listing | undefined {
    return readListing(this.pathOf(digest));
  }

  /** Returns the path for `readListing`. The file may not exist. */
  pathOf(digest: Digest): string {
    return join(this.#directory, digest);
  }
}

/** Reads a listing from a path of `Listings`; returns nothing if it is absent or does not match its digest. */
export function readListing(path: string): Listing | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  if (sha256(text) !== basename(path)) return undefined;
  const entries = text.split('\0').flatMap((entry): [string, Digest][] => {
    const [, digest, file] = /^file ([0-9a-f]{64}) (.*)$/s.exec(entry) ?? [];
    return digest === undefined || file === undefined ? [] : [[file, digest as Digest]];
  });
  return new Map(entries);
}

export function toListing({ files }: Tree): Listing {
  return new Map(files.map(({ path, digest }) => [path, digest]));
}
