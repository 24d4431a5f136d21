import type { Problem, Result } from '../../shared/problem.ts';
import type { LogSource } from '../execute/protocol.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { DigestOptions } from '../fingerprint/trees.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { AttemptOutcome } from './logs/log-entry.ts';
import type { ActionRecord, FinishedOutput, RunRecord } from './records.ts';

/**
 * Maps action keys to records. Asynchronous, since a store may be on another machine. A failed look-up is never an
 * error: an entry that is absent, corrupted or unreachable is a cache miss, which costs only time.
 */
export interface ActionStore {
  /** Returns the record of an action, whether or not the content of its outputs is still available. */
  lookUp(key: ActionKey): Promise<ActionRecord | undefined>;
  /** Adds a record. The content of its outputs must have been added before. */
  commit(record: ActionRecord): Promise<Result<void>>;
}

/**
 * Maps digests to content: immutable files or directories. Content has a path only after `materialize`. What takes long
 * tells `watch` how far it has got, and rejects with the reason of the store's signal once that is aborted.
 */
export interface ContentStore {
  /** Returns whether `materialize` would find the content. Transfers nothing. */
  has(digest: Digest, watch?: Watch): Promise<boolean>;
  /** Returns the absolute path of the complete, read-only content; nothing on a cache miss. */
  materialize(digest: Digest, watch?: Watch): Promise<string | undefined>;
  /** Returns the files in content, with their digests; nothing on a cache miss. Keeps a listing if wanted. */
  list(digest: Digest, options?: Pick<DigestOptions, 'listings'>): Promise<Tree | undefined>;
  /**
   * Calls `change`, which creates or deletes a hard link to the file of a content at an absolute path. A store that
   * recognises files by their metadata keeps their digests valid.
   */
  whileLinking?(path: string, change: () => void): void;
  /**
   * Computes the digest of the file or directory at an absolute path, which may be added afterwards. Symbolic links are
   * not followed.
   */
  digest(path: string, options?: Pick<DigestOptions, 'originals' | 'watch'>): Promise<Result<Tree>>;
  /** Adds content. Moves it away from its current path. */
  add(content: NewContent, watch?: Watch): Promise<Result<void>>;
}

/** Content to be added. What a stage computed for long, a store may protect against a power failure. */
export interface NewContent extends Pick<FinishedOutput, 'digest' | 'path'> {
  readonly files?: number;
  /** How long the stage took that computed it. */
  readonly seconds?: number;
}

/** Calls `change`, which creates or deletes a hard link to the file of a content, as the store wants it. */
export function whileLinking(contents: ContentStore, path: string, change: () => void): void {
  if (contents.whileLinking === undefined) change();
  else contents.whileLinking(path, change);
}

/**
 * A store on another machine, as a driver for a server implements it. A driver may reject, never respond or return
 * invalid data: `TieredStore` turns each of these into a cache miss, and verifies every digest.
 */
export interface RemoteStore extends ActionStore {
  has(digest: Digest): Promise<boolean>;
  /**
   * Writes content to `target`, an absolute path that does not exist yet. Returns whether the store has it.
   *
   * @param onBytes is told of bytes as they arrive.
   */
  download(digest: Digest, target: string, onBytes?: (bytes: number) => void): Promise<boolean>;
  /**
   * Adds a copy of the content at the absolute path `path`.
   *
   * @param onBytes is told of the bytes that were sent, which may be fewer than the content has.
   */
  upload(digest: Digest, path: string, onBytes?: (bytes: number) => void): Promise<Result<void>>;
}

/** Queries that only a store on this machine can answer, since they enumerate its content. */
export interface LocalIndex {
  /** Yields the records of all actions, including those whose outputs have been deleted. */
  records(): Iterable<ActionRecord>;
  /** Returns the contents and actions whose digest or key begins with `prefix`, which has at least two digits. */
  beginningWith(prefix: string): { readonly contents: readonly Digest[]; readonly actions: readonly ActionKey[] };
  /** Returns the files in content on this machine, with their digests, if that does not take long. */
  treeOf(digest: Digest): Tree | undefined;
}

/** The exclusive right to compute one action. Other runs that share the cache wait for its release. */
export interface Claim {
  /** Survives a killed run, and is removed once the action is finished. Absolute. */
  readonly work: string;
  /** For temporary files, including unfinished outputs: empty at first, removed on release. Absolute. */
  readonly scratch: string;
  /** `finished`: whether this attempt has computed the action, so that no run needs to resume its work. */
  release(finished: boolean): void;
}

/** Hands out claims and the directories that belong to them. */
export interface Workspaces {
  /** Returns the directories of a claim on this action. They exist while the claim is held. */
  directoriesOf(key: ActionKey): Pick<Claim, 'work' | 'scratch'>;
  /**
   * Returns nothing if another run computes this action. `forced`: the action is to be computed from the beginning, so
   * that only what an interrupted forced attempt has left is resumed.
   */
  tryClaim(key: ActionKey, forced: boolean): Result<Claim | undefined>;
  /** Waits until no other run computes this action. Calls `waiting` once, with the holder, if it has to wait. */
  claim(
    key: ActionKey,
    forced: boolean,
    waiting: (holder: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Claim, readonly Problem[] | 'cancelled'>>;
}

/** A run in which a stage failed, or was running when the run was killed. */
export interface LastFailure {
  readonly run: string;
  readonly how: 'failed' | 'killed';
  /** Unknown if the run was killed. */
  readonly key: ActionKey | undefined;
}

/** Records what ran. If the cache cannot be written, the records are lost, and nothing else is. */
export interface History {
  /** Returns the key of the last result of a stage, to explain what changed since. */
  lastKey(stage: string): ActionKey | undefined;
  /** Returns how the stage failed in the newest run that tried to run it, if it did. Looks at recent runs alone. */
  lastFailure(stage: string): LastFailure | undefined;
  setLastKey(stage: string, key: ActionKey): void;
  addRun(run: RunRecord): Result<void>;
}

/** Keeps what stages print. If the cache cannot be written, that is lost, and nothing else is. */
export interface Logs {
  /** Begins the log of the next attempt to run a stage in a run. The first one has the number 1. */
  begin(run: string, stage: string): AttemptLog;
}

/** The log of an attempt to run a stage. What is added to it can be read at once. */
export interface AttemptLog {
  /** Adds something that the stage has printed, of one line or several. */
  add(source: LogSource, message: string): void;
  /** `message`: why it failed, with the stack of an error. */
  end(outcome: AttemptOutcome, message?: string): void;
}

/** The stores of artifacts, of the records of actions and runs, and of logs. */
export interface Stores {
  readonly actions: ActionStore;
  readonly contents: ContentStore;
  readonly index: LocalIndex;
  readonly workspaces: Workspaces;
  readonly history: History;
  readonly logs: Logs;
}
