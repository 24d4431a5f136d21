import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/**
 * Where a file is written before it is renamed. No other process has this name: the random digits are for containers,
 * which may have the same host name and process id.
 */
export function temporaryFor(path: string): string {
  return `${path}.${hostname()}.${process.pid}${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
}

/** Writes a file of a cache whole or not at all: a reader never sees half of it. Throws the file system's error. */
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

/** A directory at `path` was not put there by a cache. */
function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    rmSync(path, { recursive: true });
    renameSync(temporary, path);
  }
}
