import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { livenessOf, ownHandle, parseHandle } from '../../../shared/holder.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';

export interface FreshDirectory {
  /** Absolute, and empty at first. */
  readonly path: string;
  /** Removes it, unless it was asked for by name. */
  release(): void;
}

/**
 * A directory for a cache that starts from nothing: `keep`, which stays, or else one beside `cache`, on the same disk.
 * Its name says which process it belongs to, so that it is known as abandoned once that is gone.
 */
export function freshDirectory(cache: string, keep: string | undefined): Result<FreshDirectory> {
  const path = keep ?? `${cache}.verify.${ownHandle()}`;
  try {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length > 0) {
      return problem('the folder for the fresh cache is not empty', {
        at: { file: path },
        advice: 'Name another one.',
      });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return problem(`the fresh cache cannot be made: ${code}`, {
      at: { file: path },
      advice: 'Name a folder that can be written: --keep DIR.',
    });
  }
  return success({
    path,
    release: () => {
      if (keep === undefined) remove(path);
    },
  });
}

/** Removes the fresh directories beside `cache` whose process was killed. Returns what it removed. */
export function removeAbandoned(cache: string): readonly string[] {
  return abandoned(cache).filter(remove);
}

function remove(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    // Whoever may do so removes it later.
    return false;
  }
}

/** The fresh directories beside `cache` whose process is gone. */
export function abandoned(cache: string): readonly string[] {
  const prefix = `${basename(cache)}.verify.`;
  return entriesOf(dirname(cache)).flatMap((name) => {
    if (!name.startsWith(prefix)) return [];
    const holder = parseHandle(name.slice(prefix.length));
    return holder !== undefined && livenessOf(holder) === 'dead' ? [join(dirname(cache), name)] : [];
  });
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
