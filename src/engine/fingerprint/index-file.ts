import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { writePartsAtomically } from '../../shared/atomic-write.ts';
import { readBytes } from '../../shared/read-file.ts';
import { makePrivateFolder } from '../trust/user-folder.ts';
import { userMac } from '../trust/user-key.ts';

/**
 * Reads a file of this user's memory, which holds what an earlier run computed and this one would have to recompute.
 * Returns nothing if it is absent, corrupted, from another version, or not written by this user at this very path: that
 * costs only time. Without a path, nothing is remembered.
 */
export function readIndexFile(path: string | undefined, kind: string): string | undefined {
  return readIndexBytes(path, kind)?.toString('utf8');
}

/** Like `readIndexFile`, for a binary body. */
export function readIndexBytes(path: string | undefined, kind: string): Buffer | undefined {
  if (path === undefined) return undefined;
  const read = readBytes(path, 'memory');
  if (!read.ok) return undefined;
  const end = read.value.indexOf('\n');
  const body = read.value.subarray(end + 1);
  return read.value.toString('utf8', 0, Math.max(0, end)) === headOf(path, kind, [body], false) ? body : undefined;
}

/** Writes a file of the memory atomically. Ignores errors: the next run then recomputes it. */
export function writeIndexFile(path: string | undefined, kind: string, body: string): void {
  writeIndexBytes(path, kind, [Buffer.from(body)]);
}

/** Like `writeIndexFile`, for a binary body that is the concatenation of `parts`. */
export function writeIndexBytes(path: string | undefined, kind: string, parts: readonly Uint8Array[]): void {
  if (path === undefined) return;
  try {
    const head = headOf(path, kind, parts, true);
    if (head === undefined) return;
    makePrivateFolder(dirname(path));
    writePartsAtomically(path, [`${head}\n`, ...parts]);
  } catch {
    // The disk is full or not writable.
  }
}

/** Returns the first line of a file: the kind, which includes a version, and a code that only this user can compute. */
function headOf(path: string, kind: string, body: readonly Uint8Array[], create: boolean): string | undefined {
  const digest = createHash('sha256');
  for (const part of body) digest.update(part);
  const mac = userMac(kind, [path, digest.digest()], create);
  return mac === undefined ? undefined : `${kind} ${mac}`;
}
