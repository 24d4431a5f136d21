import { join } from 'node:path';
import { statsOf } from '../../../shared/paths-below.ts';
import { bytesIn, entriesOf, type Kept } from './inventory.ts';

/** A complete or partial download of a stage: a folder, possibly with a lock file beside it. */
export interface Download extends Kept {
  /** The digest that its content must have: `sha256-…`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Whether it is incomplete. If no process is downloading it, an interrupted or failed run left it. */
  readonly partial: boolean;
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
    if (statsOf(path)?.isDirectory() !== true) return [];
    const files = entriesOf(path);
    const times = [path, ...files.map((file) => join(path, file))].map((each) => statsOf(each)?.mtimeMs ?? 0);
    const partial = files.every((file) => /\.partial(\.|$)/.test(file));
    return [{ path, name, files, bytes: bytesIn(path), partial, lastUsed: Math.max(...times) }];
  });
}
