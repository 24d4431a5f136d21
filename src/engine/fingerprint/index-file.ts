import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../../shared/atomic-write.ts';

/**
 * Reads a file of the cache's index, which holds what an earlier run computed and this one would have to recompute.
 * Returns nothing if it is absent, corrupted or from another version, which costs only time.
 */
export function readIndexFile(path: string, kind: string): string | undefined {
  return readIndexBytes(path, kind)?.toString('utf8');
}

/** Like `readIndexFile`, for a binary body. */
export function readIndexBytes(path: string, kind: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const end = bytes.indexOf('\n');
  const body = bytes.subarray(end + 1);
  return bytes.toString('utf8', 0, Math.max(0, end)) === headOf(kind, [body]) ? body : undefined;
}

/** Writes a file of the index atomically. Ignores errors, since the cache may be on a read-only file system. */
export function writeIndexFile(path: string, kind: string, body: string): void {
  writeIndexBytes(path, kind, [Buffer.from(body)]);
}

/** Like `writeIndexFile`, for a binary body that is the concatenation of `parts`. */
export function writeIndexBytes(path: string, kind: string, parts: readonly Uint8Array[]): void {
  try {
    writeAtomically(path, Buffer.concat([Buffer.from(`${headOf(kind, parts)}\n`), ...parts]));
  } catch {
    // The next run recomputes it.
  }
}

/** Returns the first line of a file: the kind, which includes a version, and a checksum to detect flipped bits. */
function headOf(kind: string, body: readonly Uint8Array[]): string {
  const checksum = createHash('sha256');
  for (const part of body) checksum.update(part);
  return `${kind} ${checksum.digest('hex')}`;
}
