import { chmodSync, constants, copyFileSync, cpSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { temporaryFor } from '../../../shared/atomic-write.ts';
import { quietly } from './quietly.ts';

/** What the file system says when something else is there, of the same kind or another. */
const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR'];

/**
 * Moves `path` to `target`. Something else there is replaced, unless `isWanted` says that it is what was to be there:
 * another run may have put the same content there in the meantime.
 *
 * @returns whether `path` was needed.
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

/** Where objects lie on another disk than work, as by a link, a copy beside the target is moved in its place. */
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
  const copy = temporaryFor(file);
  copyFileSync(file, copy, constants.COPYFILE_FICLONE);
  renameSync(copy, file);
}

/** Makes a file read-only, against writing by mistake. Some network folders have no permissions to change. */
export function protect(file: string): void {
  quietly(() => {
    // A link into the cache is protected already, and would be changed by it.
    if ((lstatSync(file).mode & 0o222) !== 0) chmodSync(file, 0o444);
  });
}
