import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { makeDirectory } from '../../../shared/files.ts';
import { abandonedIn, ownHandle } from '../../../shared/holder.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';

export interface FreshDirectory {
  /** Absolute; empty at first. */
  readonly path: string;
  /** Removes the directory, unless the user named it. */
  release(): void;
}

/**
 * Creates a directory for an empty cache: `keep`, which is not removed, or else one beside `cache`, on the same disk.
 * Its name contains the handle of its process, so that it can be recognised as abandoned once the process has ended.
 */
export function freshDirectory(cache: string, keep: string | undefined): Result<FreshDirectory> {
  const path = keep ?? `${cache}.verify.${ownHandle()}`;
  try {
    makeDirectory(path);
    if (readdirSync(path).length > 0) {
      return problem('the folder for the fresh cache is not empty', {
        at: { file: path },
        advice: 'Choose another folder: --keep DIR.',
      });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return problem(`cannot create the fresh cache: ${code}`, {
      at: { file: path },
      advice: 'Choose a writable folder: --keep DIR.',
    });
  }
  return success({
    path,
    release: () => {
      if (keep === undefined) remove(path);
    },
  });
}

/** Removes the fresh directories beside `cache` whose process was killed. Returns their paths. */
export function removeAbandoned(cache: string): readonly string[] {
  return abandoned(cache).filter(remove);
}

function remove(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    // A later run with the necessary permissions removes it.
    return false;
  }
}

/** Returns the fresh directories beside `cache` whose process has ended. */
export function abandoned(cache: string): readonly string[] {
  return abandonedIn(dirname(cache), `${basename(cache)}.verify.`);
}
