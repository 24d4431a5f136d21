import { basename, join } from 'node:path';
import { writePartsAtomically } from '../../shared/atomic-write.ts';
import type { Json } from '../../shared/json.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { readText, withFile } from '../../shared/read-file.ts';
import { canonicalJson, type Digest, isDigest, sha256 } from './digest.ts';
import { FileList, type TreeFile } from './file-list.ts';
import { FileHasher } from './hash-file.ts';
import { readTreeListing } from './tree-listing.ts';

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
  keepText(digest: Digest, text: string): void {
    keepListing(this.directory, digest, () => [text]);
  }

  /** Returns whether there is a valid listing; what is in the way of one is replaced by `keepText`. */
  has(digest: Digest): boolean {
    return isValid(this.pathOf(digest));
  }

  find(digest: Digest): FileList | undefined {
    return readListing(this.pathOf(digest));
  }

  /** Returns the path for `readListing`. The file may not exist. */
  pathOf(digest: Digest): string {
    return join(this.directory, digest);
  }
}

/** Writes a listing for `Listings`: the text with this digest, in parts. */
export function keepListing(directory: string, digest: Digest, text: () => Iterable<string | Uint8Array>): void {
  const path = join(directory, digest);
  if (isValid(path)) return;
  try {
    writePartsAtomically(path, text());
  } catch {
    // The cache may be on a read-only file system. What changed is then not explained by file.
  }
}

/** Reads a listing from a path of `Listings`; returns nothing if it is absent or does not match its digest. */
export function readListing(path: string): FileList | undefined {
  const tree = withFile(path, 'listing', (descriptor, { size }) => readTreeListing(descriptor, size));
  if (!tree.ok) return undefined;
  if (tree.value !== undefined) return tree.value.digest === basename(path) ? new FileList(tree.value.list) : undefined;
  const text = readText(path, 'listing');
  const files = text.ok && sha256(text.value) === basename(path) ? packageListing(text.value) : undefined;
  return files && FileList.of(files);
}

function isValid(path: string): boolean {
  const digest = withFile(path, 'listing', (descriptor, { size }) => new FileHasher().hashOpen(descriptor, size));
  return digest.ok && digest.value === basename(path);
}

/** Reads a text of `packageText`; returns nothing for any other text, which somebody else may have kept. */
function packageListing(text: string): TreeFile[] | undefined {
  const [files] = elementsOf(parseJson(text)?.value);
  if (!Array.isArray(files)) return undefined;
  return elementsOf(files)
    .flatMap((file) => {
      const [path, digest] = elementsOf(file);
      return typeof path === 'string' && typeof digest === 'string' && isDigest(digest) ? [{ path, digest }] : [];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function elementsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the text whose digest is the identity of a package: its files, and what its imports lead to. */
export function packageText(files: ReadonlyMap<string, Digest>, links: Iterable<string>): string {
  return canonicalJson([[...files].sort(), [...links].sort()]);
}

/** Returns the listings in a cache directory. */
export function listingsIn(cache: string): Listings {
  return new Listings(join(cache, 'index', 'listings'));
}
