import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../../shared/atomic-write.ts';

/**
 * Reads a file of the cache's index, which holds what an earlier run computed and this one would have to recompute.
 * Returns nothing if it is absent, corrupted or from another version, which costs only time.
 */
export function readIndexFile(path: string, kind: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  return text.slice(0, end) === headOf(kind, body) ? body : undefined;
}

/** Writes a file of the index atomically. Ignores errors, since the cache may be on a read-only file system. */
export function writeIndexFile(path: string, kind: string, body: string): void {
  try {
    writeAtomically(path, `${headOf(kind, body)}\n${body}`);
  } catch {
    // The next run recomputes it.
  }
}

/** Returns the first line of a file: the kind, which includes a version, and a checksum to detect flipped bits. */
function headOf(kind: string, body: string): string {
  return `${kind} ${hash('sha256', body)}`;
}
