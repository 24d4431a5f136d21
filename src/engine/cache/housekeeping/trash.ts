import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Handle, livenessOf, ownHandle, parseHandle } from '../../../shared/holder.ts';
import { entriesOf } from './inventory.ts';

/**
 * Where things of a cache lie from the moment when they are taken away until they are removed: a directory of many files
 * goes at once that way, or not at all.
 */
export class Trash {
  readonly #directory: string;
  #next = 0;

  constructor(cache: string) {
    this.#directory = join(cache, 'trash', ownHandle());
  }

  /** Takes it away from where it lies. Returns whether it was there. */
  take(path: string): boolean {
    mkdirSync(this.#directory, { recursive: true });
    try {
      renameSync(path, join(this.#directory, `${this.#next++}-${basename(path).slice(0, 100)}`));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Removes what was taken. */
  empty(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    try {
      rmdirSync(dirname(this.#directory));
    } catch {
      // Others have things there, or nothing was ever taken.
    }
  }
}

/** What killed processes had taken away and not removed, absolute. */
export function abandonedTrash(cache: string): readonly string[] {
  return entriesOf(join(cache, 'trash')).flatMap((name) => {
    const path = join(cache, 'trash', name);
    return isAbandoned(path, parseHandle(name)) ? [path] : [];
  });
}

/** After so long what a process of another machine or container has taken counts as abandoned. */
const FOREIGN_MILLISECONDS = 86_400_000;

function isAbandoned(path: string, holder: Handle | undefined): boolean {
  const liveness = holder === undefined ? 'dead' : livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'dead';
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - changed > FOREIGN_MILLISECONDS;
}
