import { rmSync } from 'node:fs';
import { lock } from '../../../shared/file-lock.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import { usedByOthers, withSweepLock } from '../local/use-marker.ts';
import type { Garbage } from './garbage.ts';
import { type KeptAction, takeInventory } from './inventory.ts';
import type { Leftover } from './leftovers.ts';
import { Trash } from './trash.ts';

/** The number of entries per batch: between two batches, waiting look-ups can proceed. */
const BATCH = 2000;

export interface Swept {
  readonly actions: number;
  readonly objects: number;
  readonly leftovers: number;
  /** How much disk space was freed. */
  readonly bytes: number;
  /** Entries that were kept since running commands use them. */
  readonly inUse: number;
  readonly cancelled: boolean;
}

/**
 * Deletes garbage: first the records of actions, then the objects that no record references. A sweep that is killed in
 * between leaves unreferenced objects, but no incomplete results. What running commands have looked up is kept.
 */
export async function sweep(
  cache: string,
  garbage: Garbage,
  leftovers: readonly Leftover[],
  signal: AbortSignal,
): Promise<Swept> {
  const trash = new Trash(cache);
  const swept = { actions: 0, objects: 0, leftovers: 0, bytes: 0, inUse: 0 };
  const inBatches = async <Item>(items: readonly Item[], begin: () => (item: Item) => void): Promise<void> => {
    for (let start = 0; start < items.length && !signal.aborted; start += BATCH) {
      const batch = items.slice(start, start + BATCH);
      await withSweepLock(cache, () => batch.forEach(begin()), signal);
      trash.empty();
    }
  };
  await inBatches(garbage.actions, () => {
    const used = usedByOthers(cache);
    return ({ key, path }) => {
      if (used.has(key)) swept.inUse++;
      else if (trash.take(path)) swept.actions++;
    };
  });
  await inBatches(garbage.objects, () => {
    const used = usedByOthers(cache);
    // Runs may have added records in the meantime.
    const needed = neededBy(takeInventory(cache).actions);
    return ({ digest, path, bytes }) => {
      if (needed.has(digest)) return;
      if (used.has(digest)) swept.inUse++;
      else if (trash.take(path)) {
        swept.objects++;
        swept.bytes += bytes;
      }
    };
  });
  for (const leftover of leftovers) {
    if (signal.aborted) break;
    const deleted = await deleteLeftover(leftover, trash);
    if (!deleted) continue;
    swept.leftovers++;
    swept.bytes += leftover.bytes;
  }
  trash.empty();
  return { ...swept, cancelled: signal.aborted };
}

/** Takes the lock of work that can be resumed first: what a run has locked is kept. */
async function deleteLeftover({ kind, path }: Leftover, trash: Trash): Promise<boolean> {
  if (kind === 'memory') {
    // It may be on another disk than the trash.
    rmSync(path, { recursive: true, force: true });
    return true;
  }
  if (kind !== 'work' && kind !== 'download') return trash.take(path);
  const held = new AbortController();
  const unlock = await lock(`${path}.lock`, () => held.abort(), held.signal);
  if (unlock === undefined) return false;
  try {
    return trash.take(path);
  } finally {
    unlock();
  }
}

function neededBy(actions: readonly KeptAction[]): ReadonlySet<Digest> {
  return new Set(actions.flatMap(({ record }) => Object.values(record.outputs).map(({ digest }) => digest)));
}
