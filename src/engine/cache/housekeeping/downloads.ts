import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, entriesOf, type Kept } from './inventory.ts';

/** Something that a stage has fetched, or begun to fetch: a folder, beside which a lock may lie. */
export interface Download extends Kept {
  /** What it has to be: `sha256-…`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Milliseconds since 1970: stages set a file's time when they use it. */
  readonly lastUsed: number;
}

/** The folder of a cache for what stages fetch. */
export function downloadsIn(cache: string): string {
  return join(cache, 'downloads');
}

export function takeDownloads(cache: string): Download[] {
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
