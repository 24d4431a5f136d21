import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { extensionOf, looksLikeArrow } from './media-type.ts';
import { flagsFor } from './read-file.ts';

/** Returns the names in a directory, in no order; none if there is no such directory, or it cannot be read. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * Creates a directory and its missing parents. Node's own `recursive` never returns if a parent exists in which nothing
 * can be created, as in `/proc`. Throws file system errors.
 *
 * @returns the first directory that was created, or nothing if all existed.
 */
export function makeDirectory(path: string): string | undefined {
  if (isDirectory(path)) return undefined;
  const first = dirname(path) === path ? undefined : makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have created it just now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isDirectory(path)) throw error;
  }
  return first ?? path;
}

/** Returns whether a path leads to a directory, links followed. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Returns whether a file can be read and begins with a text. */
export function beginsWith(path: string, text: string): boolean {
  let file: number | undefined;
  try {
    // A pipe that nobody writes to must not hold up the command.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.alloc(Buffer.byteLength(text));
    return readSync(file, buffer) === buffer.length && buffer.toString() === text;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A file somewhere below a directory. */
export interface FoundFile {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** Returns all regular files below `directory`, sorted by path. Does not follow symbolic links. */
export function filesBelow(directory: string): FoundFile[] {
  const found: FoundFile[] = [];
  walk(directory, '', found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function walk(root: string, relative: string, found: FoundFile[]): void {
  for (const name of readdirSync(join(root, relative))) {
    const path = relative === '' ? name : `${relative}/${name}`;
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) walk(root, path, found);
    else if (stats?.isFile()) found.push({ path, bytes: stats.size });
  }
}

/** Reads up to `length` bytes of an open file from `position`; fewer at the end of the file. */
export function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, buffer, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

/** Reads up to `length` bytes of a regular file from `position`; fewer at its end, and none of anything else. */
export function readFrom(path: string, position: number, length: number): Uint8Array<ArrayBuffer> {
  const file = openSync(path, flagsFor('refuse'));
  try {
    const { size } = fstatSync(file);
    // A length that a corrupted file gives may be longer than the file, or than memory.
    return readAt(file, position, Math.max(0, Math.min(length, size - position)));
  } finally {
    closeSync(file);
  }
}

/** Returns the Arrow files among `found`, recognised by extension and first bytes. `path`: their directory. */
export function arrowFilesOf(path: string, found: readonly FoundFile[]): FoundFile[] {
  return found.filter(
    (file) =>
      ['arrow', 'arrows', 'feather', 'ipc'].includes(extensionOf(file.path)) &&
      looksLikeArrow(readFrom(join(path, file.path), 0, 16)),
  );
}

/** Returns up to `wanted` of the indices below `count`, evenly spread, including the first and the last. */
export function evenlySpread(count: number, wanted: number): number[] {
  if (count <= wanted) return [...Array(count).keys()];
  if (wanted === 1) return [0];
  return [...Array(wanted).keys()].map((index) => Math.round((index * (count - 1)) / (wanted - 1)));
}
