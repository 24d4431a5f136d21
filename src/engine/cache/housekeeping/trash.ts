import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive, self } from '../../../shared/file-lock.ts';
import { entriesOf } from './inventory.ts';

/**
 * Where things of a cache lie from the moment when they are taken away until they are removed: a directory of many files
 * goes at once that way, or not at all.
 */
export class Trash {
  readonly #directory: string;
  #next = 0;

  constructor(cache: string) {
    const { pid, started, host } = self();
    this.#directory = join(cache, 'trash', `${pid}.${started}.${host}`);
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
    const [, pid, started = '', host = ''] = /^(\d+)\.(\d*)\.(.+)$/.exec(name) ?? [];
    const isDead = pid === undefined || !isAlive({ pid: Number(pid), started, host });
    return isDead ? [join(cache, 'trash', name)] : [];
  });
}
