import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/**
 * Returns a unique temporary path beside `path`, to be renamed to it. The random digits distinguish containers, which
 * may have the same host name and process id.
 */
export function temporaryFor(path: string): string {
  return `${path}.${hostname()}.${process.pid}${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
}

/** Writes a file atomically: a reader sees either the old or the complete new content. Throws file system errors. */
export function writeAtomically(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, text);
    putInPlace(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Replaces even a directory at `path`, which cannot be the work of a cache. */
function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    rmSync(path, { recursive: true });
    renameSync(temporary, path);
  }
}
