import type { JsonObject } from '../../shared/json.ts';
import type { Problem, Result } from '../../shared/problem.ts';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';

/** One output of a stage as it is kept. */
export interface StoredOutput {
  readonly digest: Digest;
  readonly kind: 'file' | 'directory';
  /** The name under which it is exported: `predictions.csv`. */
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
}

/** What a stage put out under one action key, and where that came from. */
export interface ActionRecord {
  readonly key: ActionKey;
  readonly document: KeyDocument;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly provenance: Provenance;
}

export interface Provenance {
  /** The stage that computed it; another stage with the same key is served the same record. */
  readonly stage: string;
  readonly module: string;
  readonly run: string;
  /** ISO 8601. */
  readonly finished: string;
  readonly seconds: number;
  /** Local module, relative to the root → digest of its source. */
  readonly modules: Readonly<Record<string, Digest>>;
  readonly node: string;
  readonly platform: string;
}

/** What a stage made in its work directory, digested and ready to be kept. */
export interface FinishedOutput extends StoredOutput {
  /** Where it lies now, absolute. The cache takes it away from there. */
  readonly path: string;
}

export interface StageOutcomeRecord {
  readonly name: string;
  readonly outcome: string;
  readonly key?: ActionKey;
  /** Absent in the records of earlier versions. */
  readonly params?: JsonObject;
  readonly seconds: number;
  readonly reasons: readonly string[];
  readonly outputs: Readonly<Record<string, Digest>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** One invocation: which stages ran, which were restored, and why. */
export interface RunRecord {
  readonly run: string;
  readonly pipeline: string;
  readonly started: string;
  readonly seconds: number;
  readonly ok: boolean;
  readonly stages: readonly StageOutcomeRecord[];
}

/** A claim on computing one action; other runs that share the cache wait for its release. */
export interface Claim {
  /** Keeps across killed runs; gone once the action is finished. Absolute. */
  readonly work: string;
  /** For what is needed only now, the outputs in the making among it: empty at first, gone at the end. Absolute. */
  readonly scratch: string;
  /** Tells which process works under the claim: whoever takes it over from a killed run ends that first. */
  worksBy(pid: number): void;
  release(): void;
}

/** Where artifacts and the records of actions and runs are kept. */
export interface Cache {
  /** The record of an action whose outputs are all there and whole. */
  find(key: ActionKey): ActionRecord | undefined;
  /** The absolute path at which a whole artifact can be read. Don't write there. */
  locate(digest: Digest): string | undefined;
  /** The records of all actions, also of those whose outputs are gone. */
  records(): Iterable<ActionRecord>;
  /** The contents and actions whose digest or key begins with `prefix`, of at least two digits. */
  beginningWith(prefix: string): { readonly contents: readonly Digest[]; readonly actions: readonly ActionKey[] };
  /** Takes the outputs in and then commits the record: a reader sees all of it or nothing. */
  keep(record: ActionRecord, outputs: readonly FinishedOutput[]): Result<void>;
  /** Waits until no other run computes this action. `waiting` is called once, with who does, if one has to wait. */
  claim(
    key: ActionKey,
    waiting: (holder: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Claim, readonly Problem[] | 'cancelled'>>;
  /** The last record that a stage of this name had, for saying what changed since. */
  lastOf(stage: string): ActionRecord | undefined;
  setLast(stage: string, key: ActionKey): void;
  keepRun(run: RunRecord): void;
  runs(): readonly RunRecord[];
}
