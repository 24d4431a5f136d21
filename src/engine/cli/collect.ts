import { RunHistory } from '../cache/history/run-history.ts';
import { findGarbage, type Garbage, lastUsesIn } from '../cache/housekeeping/garbage.ts';
import { bytesIn, takeInventory } from '../cache/housekeeping/inventory.ts';
import { findLeftovers, type Leftover } from '../cache/housekeeping/leftovers.ts';
import { readDocument } from '../fingerprint/action-key.ts';
import type { ReferencedKeys } from './referenced-keys.ts';

export interface CollectOptions {
  /** In milliseconds. */
  readonly olderThan?: number;
  /** In bytes. */
  readonly maxSize?: number;
  readonly keepRuns: number;
}

/** Without `--older-than`, work directories, run records, index files and downloads are deleted only at this age. */
const LEFTOVER_AGE = 30 * 86_400_000;

/** Returns what `cache gc` would delete. What the pipeline, its lockfile and the last runs need is kept. */
export function collect(
  cache: string,
  { current, locked, codes }: ReferencedKeys,
  { olderThan, maxSize, keepRuns }: CollectOptions,
): { readonly garbage: Garbage; readonly leftovers: readonly Leftover[] } {
  const { actions, objects } = takeInventory(cache);
  const runs = new RunHistory(cache).newest(Number.POSITIVE_INFINITY);
  const ofRuns = runs.slice(0, keepRuns).flatMap(({ stages }) => stages.flatMap(({ key }) => key ?? []));
  const now = Date.now();
  const garbage = findGarbage(
    actions,
    objects.map((object) => ({ ...object, bytes: bytesIn(object.path) })),
    lastUsesIn(runs),
    { actions: new Set([...(current?.keys() ?? []), ...locked.keys(), ...ofRuns]) },
    {
      ...(olderThan !== undefined && { usedBefore: now - olderThan }),
      ...(maxSize !== undefined && { maxBytes: maxSize }),
    },
  );
  const going = new Set(garbage.actions.map(({ key }) => key));
  const staying = actions.filter(({ key }) => !going.has(key));
  const leftovers = findLeftovers(cache, {
    before: now - (olderThan ?? LEFTOVER_AGE),
    keepRuns,
    codes,
    listed: new Set(
      staying.flatMap(({ record: { document } }) => [
        ...Object.values(document.inputs),
        ...Object.values(readDocument(document).packages),
      ]),
    ),
    now,
  });
  return { garbage, leftovers };
}
