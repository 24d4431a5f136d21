import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Handle, livenessOf, ownHandle, parseHandle } from '../../../shared/holder.ts';
import { entriesOf } from './inventory.ts';

/**
 * Holds entries of a cache between their atomic removal, which is a rename, and their deletion. So a directory of many
 * files disappears from the cache all at once or not at all.
 */
export class Trash {
  readonly #directory: string;
  #next = 0;

  constructor(cache: string) {
    this.#directory = join(cache, 'trash', ownHandle());
  }

  /** Moves an entry into the trash. Returns whether it existed. */
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

  /** Deletes everything in this trash. */
  empty(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    try {
      rmdirSync(dirname(this.#directory));
    } catch {
      // Another process has entries there, or nothing was ever moved here.
    }
  }
}

/** Returns the trash directories that killed processes left, absolute. */
export function abandonedTrash(cache: string): readonly string[] {
  return entriesOf(join(cache, 'trash')).flatMap((name) => {
    const path = join(cache, 'trash', name);
    return isAbandoned(path, parseHandle(name)) ? [path] : [];
  });
}

/** After this time, the trash of a process on another machine or in another container counts as abandoned. */
const FOREIGN_MILLISECONDS = 86_400_000;

function isAbandoned(path: string, holder: Handle | undefined): boolean {
  const liveness = holder === undefined ? 'dead' : livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'dead';
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - changed > FOREIGN_MILLISECONDS;
}
