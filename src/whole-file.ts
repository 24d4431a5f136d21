import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** Where a file is written before it is renamed: no other process has this name, of whatever machine it is. */
export function temporaryFor(path: string): string {
  return `${path}.${hostname()}.${process.pid}`;
}

/** Writes a file whole or not at all: a reader never sees half of it. Throws the file system's error. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
