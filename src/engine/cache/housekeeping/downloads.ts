import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, entriesOf, type Kept } from './inventory.ts';

/** A complete or partial download of a stage: a folder, possibly with a lock file beside it. */
export interface Download extends Kept {
  /** The digest that its content must have: `sha256-…`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** In milliseconds since 1970. Stages update a file's modification time when they use it. */
  readonly lastUsed: number;
}

/** Returns the folder in a cache for the downloads of stages. */
export function downloadsIn(cache: string): string {
  return join(cache, 'downloads');
}

export function listDownloads(cache: string): Download[] {
  const folder = downloadsIn(cache);
  return entriesOf(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    const files = entriesOf(path);
    const times = [path, ...files.map((file) => join(path, file))].map(
      (each) => statSync(each, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
    return [{ path, name, files, bytes: bytesIn(path), lastUsed: Math.max(...times) }];
  });
}
