import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDirectory } from './files.ts';

const TEMPORARY = /\.tmp-[0-9a-f]{16}$/;
/** The number of characters of a name that its temporary name repeats: a name may be as long as a name can be. */
const REPEATED = 60;

/** Returns a random temporary path beside `path`, to be renamed to it. No other process or container returns the same. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `${basename(path).slice(0, REPEATED)}.tmp-${randomBytes(8).toString('hex')}`);
}

/** Returns whether `temporaryFor` returned this path: what is there is incomplete, and never read. */
export function isTemporary(path: string): boolean {
  return TEMPORARY.test(path);
}

/**
 * Creates a file or directory atomically: a reader sees the old or the complete new one. `fill` creates it at a temporary
 * path, which is then renamed to `path`. Replaces whatever is there. Throws file system errors, and leaves nothing then.
 */
export function replaceAtomically(path: string, fill: (temporary: string) => void): void {
  throughTemporary(path, fill, putInPlace);
}

/**
 * Writes a file of the program's own atomically, and creates its directory. `durable`: it survives a power failure from
 * now on, which costs waiting for the disk. Throws file system errors.
 */
export function writeAtomically(path: string, content: string | Uint8Array, { durable = false } = {}): void {
  makeDirectory(dirname(path));
  replaceAtomically(path, (temporary) => writeFileSync(temporary, content, { flag: 'wx', flush: durable }));
  if (durable) flushDirectory(dirname(path));
}

/** Like `writeAtomically`, for content in parts, which are never in memory all at once. */
export function writePartsAtomically(path: string, parts: Iterable<string | Uint8Array>): void {
  makeDirectory(dirname(path));
  replaceAtomically(path, (temporary) => {
    const file = openSync(temporary, 'wx');
    try {
      for (const part of parts) writeFileSync(file, part);
    } finally {
      closeSync(file);
    }
  });
}

/**
 * Writes a file of the user atomically and durably. Keeps the permissions and the owner of the file that it replaces. If
 * `path` is a symbolic link, replaces its target: the user has decided where the file lies. Throws file system errors.
 */
export function updateAtomically(path: string, content: string | Uint8Array): void {
  const previous = statSync(path, { throwIfNoEntry: false });
  const target = linkTarget(path);
  const fill = (temporary: string) => {
    writeFileSync(temporary, content, { flag: 'wx', flush: true });
    if (previous !== undefined) adopt(temporary, previous);
  };
  throughTemporary(target, fill, renameSync);
  flushDirectory(dirname(target));
}

/** Makes the entries of a directory durable, on systems that can do so. */
export function flushDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The file system does not support it, or the directory cannot be read.
  }
}

function throughTemporary(
  path: string,
  fill: (temporary: string) => void,
  place: (temporary: string, path: string) => void,
): void {
  const temporary = temporaryFor(path);
  try {
    fill(temporary);
    place(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Errors of a rename to the path of a directory, or of a directory to the path of a file. */
const IN_THE_WAY = ['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'];

function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if (!IN_THE_WAY.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const aside = temporaryFor(path);
    renameSync(path, aside);
    try {
      renameSync(temporary, path);
    } catch (second) {
      renameSync(aside, path);
      throw second;
    }
    rmSync(aside, { recursive: true, force: true });
  }
}

function adopt(file: string, { mode, uid, gid }: Stats): void {
  chmodSync(file, mode & 0o777);
  if (uid === process.getuid?.() && gid === process.getgid?.()) return;
  try {
    chownSync(file, uid, gid);
  } catch {
    // Only root may give a file to somebody else.
  }
}

/** Returns the path of the file that a symbolic link leads to, which need not exist. */
function linkTarget(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  return linkTarget(resolve(realpathSync(dirname(path)), readlinkSync(path)));
}
