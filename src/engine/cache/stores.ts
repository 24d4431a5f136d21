import type { Problem, Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { ActionRecord, FinishedOutput, RunRecord } from './records.ts';

/**
 * Action key → record. Asynchronous, since a store may be on another machine. Nothing that a store cannot give is an
 * error: an entry that is absent, corrupted or out of reach is a miss, and costs time and nothing else.
 */
export interface ActionStore {
  /** Returns the record of an action, whether or not the content of its outputs can still be had. */
  lookUp(key: ActionKey): Promise<ActionRecord | undefined>;
  /** Adds a record. The content of its outputs has to be there before. */
  commit(record: ActionRecord): Promise<Result<void>>;
}

/** Digest → content: a file or a directory, immutable. Nothing has a path before `materialize` was awaited. */
export interface ContentStore {
  /** Returns whether `materialize` would find the content. Transfers nothing. */
  has(digest: Digest): Promise<boolean>;
  /** Returns the absolute path at which the complete content can be read and never written; nothing on a miss. */
  materialize(digest: Digest): Promise<string | undefined>;
  /** Returns the files in content, with their digests; nothing on a miss. */
  list(digest: Digest): Promise<Tree | undefined>;
  /** Gets ready to digest. Called while a stage runs, so that nobody waits for it afterwards. */
  prepare(): Promise<void>;
  /** Digests what lies at a path (absolute), which may be added afterwards. */
  digest(path: string): Promise<Result<Tree>>;
  /** Adds content, which is moved away from where it lies. */
  add(content: Pick<FinishedOutput, 'digest' | 'path'>): Promise<Result<void>>;
}

/**
 * A store on another machine, as a driver for a server implements it. A driver may reject, or never answer, or lie:
 * `TieredStore` turns all of that into misses, and checks every digest.
 */
export interface RemoteStore extends ActionStore {
  has(digest: Digest): Promise<boolean>;
  /** Writes content to `target` (absolute), where nothing lies. Returns whether the store has it. */
  download(digest: Digest, target: string): Promise<boolean>;
  /** Adds a copy of the content that lies at `path` (absolute). */
  upload(digest: Digest, path: string): Promise<Result<void>>;
}

/** What only a store on this machine can tell: all that it has. */
export interface LocalIndex {
  /** The records of all actions, also of those whose outputs are gone. */
  records(): Iterable<ActionRecord>;
  /** The contents and actions whose digest or key begins with `prefix`, of at least two digits. */
  beginningWith(prefix: string): { readonly contents: readonly Digest[]; readonly actions: readonly ActionKey[] };
  /** The files in content that is here, with their digests. */
  treeOf(digest: Digest): Tree | undefined;
}

/** A claim on computing one action. Other runs that share the cache wait for its release. */
export interface Claim {
  /** Outlives killed runs, and is removed once the action is finished. Absolute. */
  readonly work: string;
  /** For what is needed only now, outputs in the making among it: empty at first, removed at the end. Absolute. */
  readonly scratch: string;
  /** `finished`: that the action has a record now, so that nobody resumes the work. */
  release(finished: boolean): void;
}

/** Who computes what, and where. */
export interface Workspaces {
  /** Where a claim on this action has its directories, which are there once it is held. */
  directoriesOf(key: ActionKey): Pick<Claim, 'work' | 'scratch'>;
  /** Returns nothing if another run computes this action. */
  tryClaim(key: ActionKey): Result<Claim | undefined>;
  /** Waits until no other run computes this action. `waiting` is called once, with who does, if one has to wait. */
  claim(
    key: ActionKey,
    waiting: (holder: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Claim, readonly Problem[] | 'cancelled'>>;
}

/** What ran. It only helps: where it cannot be written it is lost. */
export interface History {
  /** The key that a stage of this name last had a result for, to say what changed since. */
  lastKey(stage: string): ActionKey | undefined;
  setLastKey(stage: string, key: ActionKey): void;
  addRun(run: RunRecord): void;
}

/** Where artifacts, and the records of actions and runs, are kept. */
export interface Stores {
  readonly actions: ActionStore;
  readonly contents: ContentStore;
  readonly index: LocalIndex;
  readonly workspaces: Workspaces;
  readonly history: History;
}
