import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import { fromChecksummed } from '../local/checksummed.ts';
import { isActionRecord } from '../record-shape.ts';
import type { ActionRecord } from '../records.ts';

/** Something that lies in the cache. */
export interface Kept {
  /** Absolute. */
  readonly path: string;
}

export interface KeptObject extends Kept {
  readonly digest: Digest;
}

export interface KeptAction extends Kept {
  readonly key: ActionKey;
  readonly record: ActionRecord;
}

export interface Inventory {
  readonly objects: readonly KeptObject[];
  readonly actions: readonly KeptAction[];
  /** Records that are not what was written. */
  readonly damaged: readonly (Kept & { readonly key: ActionKey })[];
  /** What the cache has not made, or what a killed process left, among objects and actions. */
  readonly strange: readonly Kept[];
}

/** All objects and actions of a cache directory. What comes or goes meanwhile may be missed. */
export function takeInventory(cache: string): Inventory {
  const objects: KeptObject[] = [];
  const actions: KeptAction[] = [];
  const damaged: { path: string; key: ActionKey }[] = [];
  const strange: Kept[] = [];
  for (const { path, name } of inShards(join(cache, 'objects'))) {
    if (isDigest(name)) objects.push({ path, digest: name });
    else strange.push({ path });
  }
  for (const { path, name } of inShards(join(cache, 'actions'))) {
    const key = name.replace(/\.json$/, '');
    if (!isDigest(key) || key === name) strange.push({ path });
    else {
      const text = readIfThere(path);
      if (text === undefined) continue;
      const record = fromChecksummed<ActionRecord>(text);
      const action = key as string as ActionKey;
      if (record !== undefined && isActionRecord(record, action)) actions.push({ path, key: action, record });
      else damaged.push({ path, key: action });
    }
  }
  return { objects, actions, damaged, strange };
}

/**
 * The size of all files in a file or directory, symbolic links not followed. A file that several results share by hard
 * links counts for each of them in part. What goes away meanwhile doesn't count.
 */
export function bytesIn(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return Math.round(stats.size / Math.max(1, stats.nlink));
  return entriesOf(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

/** The names in a directory, sorted; none if there is no such directory. */
export function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** `AB/CDEF…` below `directory`, with the name that both make. */
function inShards(directory: string): { path: string; name: string }[] {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) return [{ path: directory, name: '' }];
  return entriesOf(directory).flatMap((shard) => {
    const folder = join(directory, shard);
    if (!/^[0-9a-f]{2}$/.test(shard) || !lstatSync(folder).isDirectory()) return [{ path: folder, name: shard }];
    return entriesOf(folder).map((rest) => ({ path: join(folder, rest), name: shard + basename(rest) }));
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A folder where a record should be.
    if (code === 'EISDIR') return '';
    throw error;
  }
}
