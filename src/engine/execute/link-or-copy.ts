import {
  accessSync,
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  linkSync,
  lstatSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Calls `change`, which creates or deletes a hard link to the file at `path`, and keeps its digest valid. */
export type WhileLinking = (path: string, change: () => void) => void;

/** A larger file is copied in parts, so that other work goes on and Ctrl-C has not to wait. In bytes. */
const LARGE = 4 << 20;

/**
 * Creates a hard link at `to` to the file at `from`, or to the target of a symbolic link there; if that is impossible, a
 * copy that shares its data where the file system can. Throws the error of the file system, with `to` as its path.
 */
export async function linkOrCopy(from: string, to: string, keep: WhileLinking, signal: AbortSignal): Promise<void> {
  try {
    keep(from, () => linkSync(lstatSync(from).isSymbolicLink() ? realpathSync(from) : from, to));
  } catch {
    try {
      await copy(from, to, signal);
    } catch (error) {
      throw Object.assign(error as NodeJS.ErrnoException, { path: to });
    }
  }
}

async function copy(from: string, to: string, signal: AbortSignal): Promise<void> {
  const { size, mode } = statSync(from);
  if (size <= LARGE) return copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch {
    await pipeline(createReadStream(from), createWriteStream(to, { flags: 'wx', mode }), { signal });
  }
}

/** Returns whether a file exists and may be read. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
