import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from './digest.ts';
import { decodeList, encodeList, FileList } from './file-list.ts';
import { readIndexBytes, writeIndexBytes } from './index-file.ts';
import type { Tree } from './tree.ts';

const KIND = 'listing-2';

/** Keeps listings of the input directories of stages, by digest, to explain later what changed in them. */
export class Listings {
  /** Absolute. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  keep(tree: Tree): void {
    keepListing(this.directory, tree);
  }

  has(digest: Digest): boolean {
    return existsSync(this.pathOf(digest));
  }

  find(digest: Digest): FileList | undefined {
    return readListing(this.pathOf(digest));
  }

  /** Returns the path for `readListing`. The file may not exist. */
  pathOf(digest: Digest): string {
    return join(this.directory, digest);
  }
}

/** Writes the listing of a directory for `Listings`. */
export function keepListing(directory: string, { digest, kind, files }: Tree): void {
  const path = join(directory, digest);
  if (kind === 'directory' && !existsSync(path)) writeIndexBytes(path, KIND, encodeList(files.parts));
}

/** Reads a listing from a path of `Listings`; returns nothing if it is absent or corrupted. */
export function readListing(path: string): FileList | undefined {
  const kept = readIndexBytes(path, KIND);
  const decoded = kept && decodeList(kept);
  return decoded && new FileList(decoded.list);
}
