import { hash } from 'node:crypto';
import { join } from 'node:path';
import { namesIn } from '../../shared/files.ts';
import { isUsableFolder, userFolder } from './user-folder.ts';

/** The folder of a pipeline file and a cache directory, absolute. */
export interface Remembered {
  readonly root: string;
  readonly cache: string;
}

/**
 * Returns the folder for what earlier runs of this user found out about a project: digests of files, bundles, plans.
 * Only this user can access it, and it is outside of the cache, which others may be able to write. Returns nothing if
 * this user has no such place; then every run finds everything out again.
 */
export function memoryOf(project: Remembered): string | undefined {
  const all = allMemory();
  const path = all === undefined ? undefined : join(all, idOf(project));
  return path !== undefined && isUsableFolder(path) ? path : undefined;
}

/** Returns the memories of other projects of this user, absolute. */
export function otherMemories(project: Remembered): readonly string[] {
  const all = allMemory();
  if (all === undefined) return [];
  return namesIn(all)
    .filter((name) => /^[0-9a-f]{32}$/.test(name) && name !== idOf(project))
    .map((name) => join(all, name))
    .filter(isUsableFolder);
}

function allMemory(): string | undefined {
  const folder = userFolder('cache');
  return folder === undefined ? undefined : join(folder, 'memory');
}

function idOf({ root, cache }: Remembered): string {
  return hash('sha256', JSON.stringify([root, cache])).slice(0, 32);
}
