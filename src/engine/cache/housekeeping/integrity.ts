import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { isAbort } from '../../../shared/abort.ts';
import { statsOf } from '../../../shared/paths-below.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import { SealedTrees } from '../../fingerprint/sealed-trees.ts';
import { Threads } from '../../fingerprint/threads.ts';
import { Trees } from '../../fingerprint/trees.ts';
import type { Watch } from '../../fingerprint/work.ts';
import { RunHistory } from '../history/run-history.ts';
import { readRoots } from '../local/roots.ts';
import { findUnknown, type KeptAction, takeInventory } from './inventory.ts';
import { Trash } from './trash.ts';

/** An output that is lost through a corruption. */
export interface Affected {
  readonly stage: string;
  readonly output: string;
  readonly key: ActionKey;
}

/** An entry of the cache that is corrupted or does not belong there. */
export type Damage = { readonly path: string } /** Its content does not match its digest, or cannot be read. */ & (
  | { readonly kind: 'object'; readonly digest: Digest; readonly affects: readonly Affected[] }
  /** A corrupted record. */
  | { readonly kind: 'action'; readonly key: ActionKey; readonly stage: string | undefined }
  /** A record of which some outputs are missing. */
  | { readonly kind: 'incomplete'; readonly key: ActionKey; readonly affects: readonly Affected[] }
  | { readonly kind: 'run'; readonly run: string }
  /** The record of what a project needs. It stays: while it is unknown, `cache gc` deletes no results. */
  | { readonly kind: 'root'; readonly root: string }
  /** A file or directory that the cache did not create. It stays, unless the user wants it deleted. */
  | { readonly kind: 'strange' }
);

export interface Integrity {
  readonly damages: readonly Damage[];
  readonly objects: number;
  readonly actions: number;
  readonly runs: number;
  readonly cancelled: boolean;
}

/**
 * Verifies every object and record of a cache directory, without relying on remembered digests. Deletes corrupted
 * entries and the records that reference them: the next run recomputes them.
 */
export async function checkIntegrity(
  cache: string,
  {
    worker,
    signal,
    stageOf,
    onProgress,
    deleteUnknown,
  }: {
    readonly worker: string;
    readonly signal: AbortSignal;
    /** Returns the stage with this key, if it is known from elsewhere. */
    readonly stageOf: (key: ActionKey) => Promise<string | undefined>;
    /** Whether to delete what the cache did not create. */
    readonly deleteUnknown: boolean;
    /** Called with the share of the objects that has been checked, from 0 to 1. */
    readonly onProgress: (share: number) => void;
  },
): Promise<Integrity> {
  const { objects, actions, damaged } = takeInventory(cache);
  const trees = new Trees(new SealedTrees(), undefined, new Threads(worker, signal));
  const history = new RunHistory(cache);
  const trash = new Trash(cache);
  const damages: Damage[] = [];
  const corrupted = new Set<Digest>();
  const users = usersByDigest(actions);
  const finish = (cancelled: boolean): Integrity => {
    trash.empty();
    return {
      damages,
      objects: objects.length,
      actions: actions.length + damaged.length,
      runs: history.ids().length,
      cancelled,
    };
  };
  try {
    for (const [index, { path, digest }] of objects.entries()) {
      await otherWork();
      signal.throwIfAborted();
      const report = (done: number) => onProgress((index + done) / objects.length);
      report(0);
      const watch: Watch = ({ bytes, totalBytes = 0 }) => report(totalBytes > 0 ? bytes / totalBytes : 0);
      // Checked twice: a concurrent run may just have replaced it with an intact one.
      const check = () => isIntact(path, digest, trees, watch);
      if ((await check()) || (await check())) continue;
      trash.take(path);
      corrupted.add(digest);
      damages.push({ kind: 'object', path, digest, affects: users.get(digest) ?? [] });
    }
  } catch (error) {
    if (!isAbort(error)) throw error;
    return finish(true);
  }
  for (const { path, key } of damaged) {
    damages.push({ kind: 'action', path, key, stage: await stageOf(key) });
    trash.take(path);
  }
  for (const { path, key, record } of actions) {
    const lost = Object.entries(record.outputs).filter(([, { digest }]) => !existsSync(pathOf(cache, digest)));
    if (lost.length === 0) continue;
    const missing = lost.filter(([, { digest }]) => !corrupted.has(digest));
    trash.take(path);
    const affects = missing.map(([output]) => ({ stage: record.provenance.stage, output, key }));
    if (affects.length > 0) damages.push({ kind: 'incomplete', path, key, affects });
  }
  for (const run of history.ids()) {
    if (history.read(run) !== undefined) continue;
    damages.push({ kind: 'run', path: history.pathOf(run), run });
    trash.take(history.pathOf(run));
  }
  for (const { id, path } of readRoots(cache).damaged) damages.push({ kind: 'root', path, root: id });
  for (const path of findUnknown(cache)) {
    damages.push({ kind: 'strange', path });
    if (deleteUnknown) trash.take(path);
  }
  return finish(false);
}

/** Returns whether there is content with this digest at `path`, or nothing. */
async function isIntact(path: string, digest: Digest, trees: Trees, watch: Watch): Promise<boolean> {
  const tree = await trees.of(path, { links: 'kept', transient: true, watch });
  if (!tree.ok) return statsOf(path) === undefined;
  // A symbolic link could lead anywhere.
  return tree.value.digest === digest && tree.value.odd === undefined;
}

function usersByDigest(actions: readonly KeptAction[]): ReadonlyMap<Digest, readonly Affected[]> {
  const users = new Map<Digest, Affected[]>();
  for (const { key, record } of actions) {
    for (const [output, { digest }] of Object.entries(record.outputs)) {
      const found = users.get(digest) ?? [];
      users.set(digest, found);
      found.push({ stage: record.provenance.stage, output, key });
    }
  }
  return users;
}

function pathOf(cache: string, digest: Digest): string {
  return join(cache, 'objects', digest.slice(0, 2), digest.slice(2));
}
