import { dirname } from 'node:path';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { readText } from '../../shared/read-file.ts';
import { makePrivateFolder } from '../trust/user-folder.ts';
import { userMac } from '../trust/user-key.ts';

/**
 * Reads a file of this user's memory, which holds what an earlier run computed and this one would have to recompute.
 * Returns nothing if it is absent, corrupted, from another version, or not written by this user at this very path: that
 * costs only time. Without a path, nothing is remembered.
 */
export function readIndexFile(path: string | undefined, kind: string): string | undefined {
  if (path === undefined) return undefined;
  const read = readText(path, 'memory');
  if (!read.ok) return undefined;
  const text = read.value;
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  return text.slice(0, end) === headOf(path, kind, body, false) ? body : undefined;
}

/** Writes a file of the memory atomically. Ignores errors: the next run then recomputes it. */
export function writeIndexFile(path: string | undefined, kind: string, body: string): void {
  if (path === undefined) return;
  try {
    const head = headOf(path, kind, body, true);
    if (head === undefined) return;
    makePrivateFolder(dirname(path));
    writeAtomically(path, `${head}\n${body}`);
  } catch {
    // The disk is full or not writable.
  }
}

/** Returns the first line of a file: the kind, which includes a version, and a code that only this user can compute. */
function headOf(path: string, kind: string, body: string, create: boolean): string | undefined {
  const mac = userMac(kind, [path, body], create);
  return mac === undefined ? undefined : `${kind} ${mac}`;
}
