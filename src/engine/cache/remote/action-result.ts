import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Digest, isDigest } from '../../fingerprint/digest.ts';

/** A blob that an action refers to. */
export interface NamedBlob {
  readonly path: string;
  readonly digest: Digest;
  readonly bytes: number;
}

// build.bazel.remote.execution.v2, remote_execution.proto: the numbers of the fields.
const OUTPUT_FILES = 2;
const OUTPUT_FILE = { path: 1, digest: 2 } as const;
const DIGEST = { hash: 1, size: 2 } as const;

/**
 * Encodes an `ActionResult` of Bazel's remote execution API. Servers that know it return it only while they have every
 * blob that it names, and keep these as long as it.
 */
export function encodeActionResult(blobs: readonly NamedBlob[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { path, digest, bytes } of blobs) {
    writer.tag(OUTPUT_FILES, 2).fork();
    writer.tag(OUTPUT_FILE.path, 2).string(path);
    writer.tag(OUTPUT_FILE.digest, 2).fork();
    writer.tag(DIGEST.hash, 2).string(digest).tag(DIGEST.size, 0).int64(bytes);
    writer.join().join();
  }
  return writer.finish();
}

/** Returns the blob with this path; nothing if a message has none, or is invalid. */
export function findInActionResult(message: Uint8Array, path: string): NamedBlob | undefined {
  try {
    const reader = new BinaryReader(message);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      const blob =
        field === OUTPUT_FILES && type === 2 ? readFile(reader.bytes()) : reader.skip(type, field) && undefined;
      if (blob?.path === path) return blob;
    }
  } catch {
    // Not such a message.
  }
  return undefined;
}

function readFile(message: Uint8Array): NamedBlob | undefined {
  const reader = new BinaryReader(message);
  let [path, hash, bytes] = ['', '', 0];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === OUTPUT_FILE.path) path = reader.string();
    else if (field === OUTPUT_FILE.digest) [hash, bytes] = readDigest(reader.bytes());
    else reader.skip(type, field);
  }
  return isDigest(hash) && Number.isSafeInteger(bytes) && bytes >= 0 ? { path, digest: hash, bytes } : undefined;
}

function readDigest(message: Uint8Array): [string, number] {
  const reader = new BinaryReader(message);
  let [hash, bytes] = ['', 0];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === DIGEST.hash) hash = reader.string();
    else if (field === DIGEST.size) bytes = Number(reader.int64());
    else reader.skip(type, field);
  }
  return [hash, bytes];
}
