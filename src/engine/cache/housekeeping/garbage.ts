import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import type { RunRecord } from '../records.ts';
import type { KeptAction, KeptObject } from './inventory.ts';

/** What is kept, whatever the limits are. */
export interface Needed {
  /** The actions of the current pipeline, its lockfile and its last runs. */
  readonly actions: ReadonlySet<ActionKey>;
}

export interface Limits {
  /** Only actions last used before this time are deleted, in milliseconds since 1970. */
  readonly usedBefore?: number;
  /** The least recently used actions are deleted until the objects take no more than this. */
  readonly maxBytes?: number;
}

export interface WeighedObject extends KeptObject {
  readonly bytes: number;
}

export interface GarbageAction extends KeptAction {
  readonly lastUsed: number;
}

export interface Garbage {
  /** Least recently used first. */
  readonly actions: readonly GarbageAction[];
  /** The objects that no remaining action references. */
  readonly objects: readonly WeighedObject[];
  readonly bytes: number;
  /** The size of the objects that are kept. */
  readonly staying: number;
}

/** Decides what to delete from a cache. An object is kept as long as any kept action references it. */
export function findGarbage(
  actions: readonly KeptAction[],
  objects: readonly WeighedObject[],
  uses: ReadonlyMap<ActionKey, number>,
  needed: Needed,
  { usedBefore = Number.POSITIVE_INFINITY, maxBytes }: Limits,
): Garbage {
  const bytes = new Map(objects.map((object) => [object.digest, object.bytes]));
  const users = new Map<Digest, number>();
  for (const { record } of actions)
    for (const digest of digestsOf(record.outputs)) users.set(digest, (users.get(digest) ?? 0) + 1);
  let staying = 0;
  for (const [digest, size] of bytes) if (users.has(digest)) staying += size;
  const garbage: GarbageAction[] = [];
  const candidates = actions
    .filter(({ key }) => !needed.actions.has(key))
    .map((action) => ({ ...action, lastUsed: lastUse(action, uses) }))
    .sort((a, b) => a.lastUsed - b.lastUsed);
  for (const action of candidates) {
    // Both limits apply: first actions that are too old, then the least recently used until the size fits.
    const isOld = action.lastUsed < usedBefore && (maxBytes === undefined || usedBefore !== Number.POSITIVE_INFINITY);
    const isOverSize = maxBytes !== undefined && staying > maxBytes;
    if (!isOld && !isOverSize) continue;
    garbage.push(action);
    for (const digest of digestsOf(action.record.outputs)) {
      const left = (users.get(digest) ?? 0) - 1;
      users.set(digest, left);
      if (left === 0) staying -= bytes.get(digest) ?? 0;
    }
  }
  const unused = objects.filter(({ digest }) => !users.get(digest));
  return { actions: garbage, objects: unused, bytes: unused.reduce((sum, object) => sum + object.bytes, 0), staying };
}

/** Returns when each action was last used by a run, in milliseconds since 1970. */
export function lastUsesIn(runs: readonly RunRecord[]): ReadonlyMap<ActionKey, number> {
  const uses = new Map<ActionKey, number>();
  for (const { started, stages } of runs) {
    for (const { key } of stages) {
      if (key !== undefined) uses.set(key, Math.max(uses.get(key) ?? 0, Date.parse(started)));
    }
  }
  return uses;
}

function lastUse({ key, record }: KeptAction, uses: ReadonlyMap<ActionKey, number>): number {
  return Math.max(Date.parse(record.provenance.finished), uses.get(key) ?? 0);
}

/** Several outputs of an action may have the same content. */
function digestsOf(outputs: KeptAction['record']['outputs']): ReadonlySet<Digest> {
  return new Set(Object.values(outputs).map(({ digest }) => digest));
}
