import { isCount, isObject } from '../../../shared/shapes.ts';
import { type Digest, isDigest } from '../../fingerprint/digest.ts';

/** A blob in the remote cache. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly bytes: number;
}

/** The blobs in which content lies in the remote cache. */
export interface Transport {
  readonly kind: 'file' | 'directory';
  /** The names and sizes of the files of a directory: a `Listing` as JSON. */
  readonly listing?: StoredBlob;
  /** As `cutsOf` divides the files. */
  readonly pieces: readonly StoredBlob[];
}

/** What a directory consists of, in the order of its digest. */
export interface Listing {
  readonly files: readonly (readonly [path: string, bytes: number])[];
  readonly emptyDirectories: readonly string[];
}

/** Returns all blobs of content. */
export function blobsOf({ listing, pieces }: Transport): readonly StoredBlob[] {
  return listing === undefined ? pieces : [listing, ...pieces];
}

export function isTransport(value: unknown): value is Transport {
  if (!isObject(value)) return false;
  const { kind, listing, pieces } = value;
  return (
    (kind === 'file' ? listing === undefined : kind === 'directory' && isStoredBlob(listing)) &&
    Array.isArray(pieces) &&
    pieces.every(isStoredBlob)
  );
}

export function isListing(value: unknown): value is Listing {
  if (!isObject(value)) return false;
  const { files, emptyDirectories } = value;
  return (
    Array.isArray(files) &&
    files.every((file) => Array.isArray(file) && typeof file[0] === 'string' && isCount(file[1])) &&
    Array.isArray(emptyDirectories) &&
    emptyDirectories.every((path) => typeof path === 'string')
  );
}

function isStoredBlob(value: unknown): boolean {
  return isObject(value) && typeof value['digest'] === 'string' && isDigest(value['digest']) && isCount(value['bytes']);
}
