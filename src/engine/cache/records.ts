import type { RecordedDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { JsonObject } from '../plan/declaration.ts';

/** What the processes of a stage have used, as far as samples show it. */
export interface Usage {
  /** The most memory that they had at the same time, in bytes. Pages of files, which the system can drop, do not count. */
  readonly peakMemory: number;
  /** The CPU time of all of them, in seconds. */
  readonly cpuSeconds: number;
}

/** One output of a stage in the cache. */
export interface StoredOutput {
  readonly digest: Digest;
  readonly kind: 'file' | 'directory';
  /** The name under which it is exported: `predictions.csv`. */
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
}

/** The outputs and metrics of a stage under one action key, with their provenance. */
export interface ActionRecord {
  readonly key: ActionKey;
  readonly document: RecordedDocument;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly provenance: Provenance;
  /** Who vouches for it. Not part of the record's digest, which is what they vouch for. */
  readonly vouchers?: Vouchers;
}

/** Codes over the digest of a record, each made with a secret of somebody who has computed or verified the record. */
export interface Vouchers {
  /** An HMAC under the key of the user who computed it. Only that user can check it. */
  readonly user?: string;
  /** An HMAC under the key of the user who has verified a signature of the record, and the public key that made it. */
  readonly signed?: { readonly key: string; readonly code: string };
}

export interface Provenance {
  /** The stage that computed it; another stage with the same key gets the same record. */
  readonly stage: string;
  readonly module: string;
  readonly run: string;
  /** ISO 8601. */
  readonly finished: string;
  readonly seconds: number;
  /** What its processes used, if that is known. */
  readonly usage?: Usage;
  /** Path of a local module, relative to the project → digest of its source. */
  readonly modules: Readonly<Record<string, Digest>>;
  readonly node: string;
  readonly platform: string;
  /** The class of the machine, by the names of the runtime facts in the document that have one. */
  readonly machine?: MachineClass;
}

/** What the last digits of results depend on besides their key: facts by the name of a runtime. */
export type MachineClass = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An output that a stage has written and that has been digested, ready to be added to the cache. */
export interface FinishedOutput extends StoredOutput {
  /** Its current path, absolute. Adding it to the cache moves it away from there. */
  readonly path: string;
}

export interface StageOutcomeRecord {
  readonly name: string;
  /** As in `StageResult`; while the run is in progress also `running` and `waiting`. */
  readonly outcome: string;
  readonly key?: ActionKey;
  /** Absent in the records of earlier versions. */
  readonly params?: JsonObject;
  readonly seconds: number;
  readonly reasons: readonly string[];
  readonly outputs: Readonly<Record<string, Digest>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly usage?: Usage;
}

/** One invocation: which stages ran, which were restored from the cache, and why. */
export interface RunRecord {
  readonly run: string;
  readonly pipeline: string;
  /** The id of the project. Absent in the records of earlier versions. */
  readonly project?: string;
  /** The pipeline file, relative to the cache. Absent in the records of earlier versions. */
  readonly file?: string;
  readonly started: string;
  readonly seconds: number;
  readonly ok: boolean;
  /** While the run is in progress: the handle of its process. It stays if the process is killed. */
  readonly holder?: string;
  /** Found when the record is read: its process was killed while the run was in progress. */
  readonly isKilled?: boolean;
  readonly stages: readonly StageOutcomeRecord[];
}
