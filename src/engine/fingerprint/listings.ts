import { basename, join } from 'node:path';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { readText } from '../../shared/read-file.ts';
import { canonicalJson, type Digest, sha256 } from './digest.ts';
import { listingText, type Tree } from './tree.ts';

/** The files of a directory: path relative to it → digest. */
export type Listing = ReadonlyMap<string, Digest>;

/**
 * Keeps listings of the input directories and the packages of stages, by digest, to explain later what changed in them. A
 * listing is the text whose digest is its name, so that anybody who reads it can verify it, wherever it comes from.
 */
export class Listings {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  keep(tree: Tree): void {
    if (tree.kind === 'directory') this.keepText(tree.digest, () => listingText(tree));
  }

  /** Keeps the listing of a package: the text whose digest is its identity. */
  keepText(digest: Digest, text: () => string): void {
    if (this.has(digest)) return;
    try {
      writeAtomically(this.pathOf(digest), text());
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
  const read = readText(path, 'listing');
  if (!read.ok) return undefined;
  const text = read.value;
  if (sha256(text) !== basename(path)) return undefined;
  return text.startsWith('tree') ? treeListing(text) : packageListing(text);
}

function treeListing(text: string): Listing {
  const entries = text.split('\0').flatMap((entry): [string, Digest][] => {
    const [, digest, file] = /^file ([0-9a-f]{64}) (.*)$/s.exec(entry) ?? [];
    return digest === undefined || file === undefined ? [] : [[file, digest as Digest]];
  });
  return new Map(entries);
}

/** Reads a text of `packageText`, which is known by its digest. */
function packageListing(text: string): Listing {
  const [files] = JSON.parse(text) as [files: [string, Digest][], links: string[]];
  return new Map(files);
}

/** Returns the text whose digest is the identity of a package: its files, and what its imports lead to. */
export function packageText(files: Listing, links: Iterable<string>): string {
  return canonicalJson([[...files].sort(), [...links].sort()]);
}

export function toListing({ files }: Tree): Listing {
  return new Map(files.map(({ path, digest }) => [path, digest]));
}

/** Returns the listings in a cache directory. */
export function listingsIn(cache: string): Listings {
  return new Listings(join(cache, 'index', 'listings'));
}
