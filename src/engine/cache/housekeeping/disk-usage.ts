import { join } from 'node:path';
import type { Digest } from '../../fingerprint/digest.ts';
import { listDownloads } from './downloads.ts';
import { bytesIn, entriesOf, type Inventory } from './inventory.ts';

export interface Amount {
  readonly bytes: number;
  readonly count: number;
}

/** The disk space that a cache takes, in bytes. Content is counted once, however many results reference it. */
export interface DiskUsage {
  readonly total: number;
  /** Content that the results of a single stage reference, by stage. */
  readonly stages: ReadonlyMap<string, Amount>;
  /** Content that the results of several stages reference. */
  readonly shared: Amount;
  /** Unreferenced content. */
  readonly unused: Amount;
  readonly actions: Amount;
  readonly runs: Amount;
  readonly logs: Amount;
  readonly roots: Amount;
  readonly work: Amount;
  readonly index: Amount;
  readonly downloads: Amount;
}

/** Measures a cache directory. */
export function diskUsageOf(cache: string, { objects, actions }: Inventory): DiskUsage {
  const users = new Map<Digest, Set<string>>();
  for (const { record } of actions) {
    for (const { digest } of Object.values(record.outputs)) {
      const stages = users.get(digest) ?? new Set();
      users.set(digest, stages.add(record.provenance.stage));
    }
  }
  const none: Amount = { bytes: 0, count: 0 };
  const stages = new Map<string, Amount>();
  let shared = none;
  let unused = none;
  for (const { digest, path } of objects) {
    const bytes = bytesIn(path);
    const [stage, another] = users.get(digest) ?? [];
    if (stage === undefined) unused = plus(unused, bytes);
    else if (another !== undefined) shared = plus(shared, bytes);
    else stages.set(stage, plus(stages.get(stage) ?? none, bytes));
  }
  const folder = (name: string, count?: number): Amount => ({
    bytes: bytesIn(join(cache, name)),
    count: count ?? entriesOf(join(cache, name)).length,
  });
  const rest = {
    actions: folder('actions', actions.length),
    runs: folder('runs'),
    logs: folder('logs'),
    roots: folder('roots'),
    work: folder('work', entriesOf(join(cache, 'work')).filter((name) => !name.includes('.')).length),
    index: folder('index'),
    downloads: folder('downloads', listDownloads(cache).length),
  };
  const parts = [...stages.values(), shared, unused, ...Object.values(rest)];
  return { total: parts.reduce((sum, { bytes }) => sum + bytes, 0), stages, shared, unused, ...rest };
}

function plus({ bytes, count }: Amount, more: number): Amount {
  return { bytes: bytes + more, count: count + 1 };
}
