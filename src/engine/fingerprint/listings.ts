import { basename, join } from 'node:path';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { readText } from '../../shared/read-file.ts';
import { canonicalJson, type Digest, sha256 } from './digest.ts';
import { FileList, type TreeFile } from './file-list.ts';

/**
 * Keeps listings of the input directories and the packages of stages, by digest, to explain later what changed in them. A
 * listing is the text whose digest is its name, so that anybody who reads it can verify it, wherever it comes from.
 */
export class Listings {
  /** Absolute. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Keeps a listing: the text with this digest. */
  keepText(digest: Digest, text: () => string): void {
    keepListing(this.directory, digest, text);
  }

  /** Returns whether there is a valid listing; what is in the way of one is replaced by `keepText`. */
  has(digest: Digest): boolean {
    return validText(this.pathOf(digest)) !== undefined;
  }

  find(digest: Digest): FileList | undefined {
    return readListing(this.pathOf(digest));
  }

  /** Returns the path for `readListing`. The file may not exist. */
  pathOf(digest: Digest): string {
    return join(this.directory, digest);
  }
}

/** Writes a listing for `Listings`: the text with this digest. */
export function keepListing(directory: string, digest: Digest, text: () => string): void {
  const path = join(directory, digest);
  if (validText(path) !== undefined) return;
  try {
    writeAtomically(path, text());
  } catch {
    // The cache may be on a read-only file system. What changed is then not explained by file.
  }
}

/** Reads a listing from a path of `Listings`; returns nothing if it is absent or does not match its digest. */
export function readListing(path: string): FileList | undefined {
  const text = validText(path);
  if (text === undefined) return undefined;
  return FileList.of(text.startsWith('tree') ? treeListing(text) : packageListing(text));
}

function validText(path: string): string | undefined {
  const read = readText(path, 'listing');
  return read.ok && sha256(read.value) === basename(path) ? read.value : undefined;
}

function treeListing(text: string): TreeFile[] {
  return text.split('\0').flatMap((entry) => {
    const [, digest, path] = /^file ([0-9a-f]{64}) (.*)$/s.exec(entry) ?? [];
    return digest === undefined || path === undefined ? [] : [{ path, digest: digest as Digest }];
  });
}

/** Reads a text of `packageText`, which is known by its digest. */
function packageListing(text: string): TreeFile[] {
  const [files] = JSON.parse(text) as [files: [string, Digest][], links: string[]];
  return files.map(([path, digest]) => ({ path, digest })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Returns the text whose digest is the identity of a package: its files, and what its imports lead to. */
export function packageText(files: ReadonlyMap<string, Digest>, links: Iterable<string>): string {
  return canonicalJson([[...files].sort(), [...links].sort()]);
}

/** Returns the listings in a cache directory. */
export function listingsIn(cache: string): Listings {
  return new Listings(join(cache, 'index', 'listings'));
}
