import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from './digest.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import type { Tree } from './tree.ts';

/** The files of a directory: path relative to it → digest. */
export type Listing = ReadonlyMap<string, Digest>;

const KIND = 'listing-1';

/** Keeps listings of the input directories and the packages of stages, by digest, to explain later what changed in them. */
export class Listings {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  keep(tree: Tree): void {
    if (tree.kind === 'directory') this.keepAs(tree.digest, toListing(tree));
  }

  /** Keeps a listing under a digest that stands for it. */
  keepAs(digest: Digest, listing: Listing): void {
    if (!this.has(digest)) writeIndexFile(this.pathOf(digest), KIND, JSON.stringify([...listing]));
  }

  has(digest: Digest): boolean {
    return existsSync(this.pathOf(digest));
  }

  find(digest: Digest): Listing | undefined {
    return readListing(this.pathOf(digest));
  }

  /** Returns the path for `readListing`. The file may not exist. */
  pathOf(digest: Digest): string {
    return join(this.#directory, `${digest}.json`);
  }
}

/** Reads a listing from a path of `Listings`; returns nothing if it is absent or corrupted. */
export function readListing(path: string): Listing | undefined {
  const kept = readIndexFile(path, KIND);
  return kept === undefined ? undefined : new Map(JSON.parse(kept) as [string, Digest][]);
}

export function toListing({ files }: Tree): Listing {
  return new Map(files.map(({ path, digest }) => [path, digest]));
}
