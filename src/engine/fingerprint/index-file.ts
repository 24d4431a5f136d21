import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../../shared/atomic-write.ts';

/**
 * Reads a file of the cache's index: what an earlier run learnt and this one would have to find out again. Nothing if it
 * is absent, was written by another version, or is damaged: forgetting costs time and nothing else.
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

/** Writes it whole or not at all: a reader never sees half of it. The cache may be on a read-only file system. */
export function writeIndexFile(path: string, kind: string, body: string): void {
  try {
    writeAtomically(path, `${headOf(kind, body)}\n${body}`);
  } catch {
    // Forgetting costs the next run some time and nothing else.
  }
}

/** The kind names the version; the checksum tells a flipped bit. */
function headOf(kind: string, body: string): string {
  return `${kind} ${hash('sha256', body)}`;
}
