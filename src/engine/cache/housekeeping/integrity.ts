import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { statsOf } from '../../../shared/paths-below.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import { FileDigests } from '../../fingerprint/file-digests.ts';
import { digestTree } from '../../fingerprint/tree.ts';
import { RunHistory } from '../history/run-history.ts';
import { readRoots } from '../local/roots.ts';
import { isPlainContent } from '../plain-content.ts';
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
    deleteUnknown,
  }: {
    readonly worker: string;
    readonly signal: AbortSignal;
    /** Returns the stage with this key, if it is known from elsewhere. */
    readonly stageOf: (key: ActionKey) => Promise<string | undefined>;
    /** Whether to delete what the cache did not create. */
    readonly deleteUnknown: boolean;
  },
): Promise<Integrity> {
  const { objects, actions, damaged } = takeInventory(cache);
  const contents = new Contents(worker);
  await contents.prepare();
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
  for (const { path, digest } of objects) {
    await otherWork();
    if (signal.aborted) return finish(true);
    // Checked twice: a concurrent run may just have replaced it with an intact one.
    if (contents.isIntact(path, digest) || contents.isIntact(path, digest)) continue;
    trash.take(path);
    corrupted.add(digest);
    damages.push({ kind: 'object', path, digest, affects: users.get(digest) ?? [] });
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

class Contents {
  readonly #files: FileDigests;

  constructor(worker: string) {
    this.#files = new FileDigests(undefined, worker);
  }

  prepare(): Promise<void> {
    return this.#files.prepare();
  }

  /** Returns whether `path` has this digest or does not exist. */
  isIntact(path: string, digest: Digest): boolean {
    if (statsOf(path) === undefined) return true;
    if (!isPlainContent(path)) return false;
    const tree = digestTree(path, this.#files);
    this.#files.forget(path);
    return tree.ok ? tree.value.digest === digest : statsOf(path) === undefined;
  }
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
