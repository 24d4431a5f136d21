import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import { FileDigests } from '../../fingerprint/file-digests.ts';
import { digestTree } from '../../fingerprint/tree.ts';
import { RunHistory } from '../history/run-history.ts';
import { entriesOf, type KeptAction, takeInventory } from './inventory.ts';
import { Trash } from './trash.ts';

/** One output that a damage costs. */
export interface Affected {
  readonly stage: string;
  readonly output: string;
  readonly key: ActionKey;
}

/** Something in the cache that is not what was put there. */
export type Damage = { readonly path: string } /** Its content has another digest, or can't be read. */ & (
  | { readonly kind: 'object'; readonly digest: Digest; readonly affects: readonly Affected[] }
  /** A record that is not as it was written. */
  | { readonly kind: 'action'; readonly key: ActionKey; readonly stage: string | undefined }
  /** A record whose outputs are not all there. */
  | { readonly kind: 'incomplete'; readonly key: ActionKey; readonly affects: readonly Affected[] }
  | { readonly kind: 'run'; readonly run: string }
  /** Nothing that the cache has made. */
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
 * Reads every object and record of a cache directory again, whatever is remembered of them, and takes away what is
 * damaged, with the records that need it: the next run makes it again.
 */
export async function checkIntegrity(
  cache: string,
  {
    worker,
    signal,
    stageOf,
  }: {
    readonly worker: string;
    readonly signal: AbortSignal;
    /** The stage that has this key, as far as that is known elsewhere. */
    readonly stageOf: (key: ActionKey) => string | undefined;
  },
): Promise<Integrity> {
  const { objects, actions, damaged, strange } = takeInventory(cache);
  const contents = new Contents(join(cache, 'index', 'nothing-remembered'), worker);
  await contents.prepare();
  const history = new RunHistory(cache);
  const trash = new Trash(cache);
  const damages: Damage[] = [];
  const bad = new Set<Digest>();
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
    // Looked at twice: a run may just have put a whole one in its place.
    if (contents.isWhole(path, digest) || contents.isWhole(path, digest)) continue;
    trash.take(path);
    bad.add(digest);
    damages.push({ kind: 'object', path, digest, affects: users.get(digest) ?? [] });
  }
  for (const { path, key } of damaged) {
    damages.push({ kind: 'action', path, key, stage: stageOf(key) });
    trash.take(path);
  }
  for (const { path, key, record } of actions) {
    const lost = Object.entries(record.outputs).filter(([, { digest }]) => !existsSync(pathOf(cache, digest)));
    if (lost.length === 0) continue;
    const missing = lost.filter(([, { digest }]) => !bad.has(digest));
    trash.take(path);
    const affects = missing.map(([output]) => ({ stage: record.provenance.stage, output, key }));
    if (affects.length > 0) damages.push({ kind: 'incomplete', path, key, affects });
  }
  for (const run of history.ids()) {
    if (history.read(run) !== undefined) continue;
    damages.push({ kind: 'run', path: history.pathOf(run), run });
    trash.take(history.pathOf(run));
  }
  for (const { path } of strange) {
    if (isTemporary(path) || isEmptyFolder(path)) continue;
    damages.push({ kind: 'strange', path });
    trash.take(path);
  }
  return finish(false);
}

/** What is written under such a name is renamed when it is whole; what a killed process left of it harms nobody. */
export function isTemporary(path: string): boolean {
  return /\.\d+$/.test(path);
}

function isEmptyFolder(path: string): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) && entriesOf(path).length === 0;
}

class Contents {
  readonly #files: FileDigests;

  constructor(store: string, worker: string) {
    this.#files = new FileDigests(store, worker);
  }

  prepare(): Promise<void> {
    return this.#files.prepare();
  }

  /** Whether it is there and has this digest, or is not there at all. */
  isWhole(path: string, digest: Digest): boolean {
    const tree = digestTree(path, this.#files);
    this.#files.forget(path);
    return tree.ok ? tree.value.digest === digest : lstatSync(path, { throwIfNoEntry: false }) === undefined;
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
