import { chmodSync, constants, copyFileSync, cpSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { replaceAtomically, temporaryFor } from '../../../shared/atomic-write.ts';
import { quietly } from './quietly.ts';

/** Errors of the file system if the target exists, as a file or as a directory. */
const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR'];

/**
 * Moves `path` to `target`. Replaces an existing target, unless `isWanted` returns true: another run may have added the
 * same content in the meantime.
 *
 * @returns whether `path` was moved; otherwise it is deleted.
 */
export function moveIn(path: string, target: string, isWanted: () => boolean): boolean {
  try {
    move(path, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!IN_THE_WAY.includes(code ?? '')) throw error;
    if (isWanted()) {
      rmSync(path, { recursive: true });
      return false;
    }
    rmSync(target, { recursive: true });
    move(path, target);
  }
  return true;
}

/** Renames, or across disks copies to a temporary path beside the target and renames that. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const beside = temporaryFor(to);
    try {
      cpSync(from, beside, { recursive: true });
      renameSync(beside, to);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    rmSync(from, { recursive: true });
  }
}

/**
 * Gives a file a body of its own if it is a hard link to a file that can be written: that one belongs to somebody else,
 * who would find it read-only, and could change the content of the cache through it.
 */
export function detach(file: string): void {
  const { nlink, mode } = lstatSync(file);
  if (nlink === 1 || (mode & 0o222) === 0) return;
  replaceAtomically(file, (copy) => copyFileSync(file, copy, constants.COPYFILE_FICLONE));
}

/** Makes a file read-only, to prevent accidental writes. Does nothing on file systems without permissions. */
export function protect(file: string): void {
  quietly(() => {
    // A hard link into the cache is read-only already, and a chmod would change the ctime of the original.
    if ((lstatSync(file).mode & 0o222) !== 0) chmodSync(file, 0o444);
  });
}
