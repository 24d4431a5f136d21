import { lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isTemporary } from '../../../shared/atomic-write.ts';
import { readText } from '../../../shared/read-file.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import { unknownEntries } from '../local/cache-folder.ts';
import { fromChecksummed } from '../local/checksummed.ts';
import { isActionRecord } from '../record-shape.ts';
import type { ActionRecord } from '../records.ts';

/** An entry of the cache. */
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
  /** Corrupted records. */
  readonly damaged: readonly (Kept & { readonly key: ActionKey })[];
  /** Files among objects and actions that the cache did not create, or that a killed process left. */
  readonly strange: readonly Kept[];
}

/** Lists all objects and actions of a cache directory. May miss what is added or deleted concurrently. */
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
      const text = readText(path, 'actionRecord');
      if (!text.ok && text.failure.kind === 'missing') continue;
      const record = text.ok ? fromChecksummed<ActionRecord>(text.value) : undefined;
      const action = key as string as ActionKey;
      if (record !== undefined && isActionRecord(record, action)) actions.push({ path, key: action, record });
      else damaged.push({ path, key: action });
    }
  }
  return { objects, actions, damaged, strange };
}

/**
 * Returns the absolute paths of files and directories in a cache that no version of this program creates. Unfinished files
 * of killed processes are not among them.
 */
export function findUnknown(cache: string): readonly string[] {
  const strange = takeInventory(cache).strange.map(({ path }) => path);
  const all = new Set([...unknownEntries(cache).map((entry) => join(cache, entry)), ...strange]);
  return [...all].filter((path) => !isTemporary(path) && !isEmptyDirectory(path)).sort();
}

function isEmptyDirectory(path: string): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) && entriesOf(path).length === 0;
}

/**
 * Returns the size of a file or of all files in a directory, in bytes. Does not follow symbolic links. A file that
 * several results share by hard links counts in equal parts for each of them. Files deleted concurrently count as 0.
 */
export function bytesIn(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return Math.round(stats.size / Math.max(1, stats.nlink));
  return entriesOf(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

/** Returns the names in a directory, sorted; none if there is no such directory. */
export function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Returns the entries `AB/CDEF…` below `directory`, with `ABCDEF…` as their name. */
function inShards(directory: string): { path: string; name: string }[] {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) return [{ path: directory, name: '' }];
  return entriesOf(directory).flatMap((shard) => {
    const folder = join(directory, shard);
    if (!/^[0-9a-f]{2}$/.test(shard) || !lstatSync(folder).isDirectory()) return [{ path: folder, name: shard }];
    return entriesOf(folder).map((rest) => ({ path: join(folder, rest), name: shard + basename(rest) }));
  });
}
