import type { Progress } from '../../index.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { BundleText } from '../fingerprint/stage-code.ts';
import type { TreeFilter } from '../fingerprint/tree.ts';
import type { MatrixValues } from '../plan/matrix.ts';
import type { PlannedOutput } from '../plan/stage-interface.ts';
import type { FailureReason } from './failure.ts';
import type { RootedPath } from './roots.ts';

/**
 * All that running one stage needs, as plain data: it survives JSON, and another machine that reaches the stores can
 * carry it out. Nothing in it is a process, a descriptor or a path that only this machine has.
 */
export interface StageRequest {
  readonly stage: string;
  /** The module as the pipeline file names it. */
  readonly module: string;
  /** The id of the run. */
  readonly run: string;
  readonly key: ActionKey;
  /** The params and the digests of the inputs are in it. */
  readonly document: KeyDocument;
  readonly code: RequestedCode;
  readonly inputs: Readonly<Record<string, RequestedInput | readonly RequestedItem[]>>;
  readonly outputs: readonly PlannedOutput[];
  /** The claim's directories. */
  readonly work: RootedPath;
  readonly scratch: RootedPath;
  readonly downloads: RootedPath;
  /** For a stage that takes unchanged parts from an earlier result. */
  readonly previous?: RequestedPrevious;
  /** The declared variables that are set. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout?: number;
}

export interface RequestedCode extends BundleText {
  /** What the bundle imports from packages: specifier → file. */
  readonly externals: Readonly<Record<string, RootedPath>>;
  /** Local module, relative to the project → digest of its source, for the record. */
  readonly modules: Readonly<Record<string, Digest>>;
}

export type RequestedInput =
  /** `maker`: `stage.output`, for messages. */
  | { readonly kind: 'artifact'; readonly digest: Digest; readonly maker: string }
  | { readonly kind: 'path'; readonly at: RootedPath; readonly digest: Digest; readonly filter: TreeFilter };

/** One of the artifacts that an input declared as `models[]` collects. */
export interface RequestedItem {
  readonly matrix: MatrixValues;
  readonly from: RequestedInput;
}

export interface RequestedPrevious {
  /** By output name. */
  readonly outputs: Readonly<Record<string, Digest>>;
  /** By input name: the file that lists the digests of a directory's files. */
  readonly listings: Readonly<Record<string, RootedPath>>;
}

/** What a stage wants of a machine while it runs. */
export interface ResourceRequest {
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpu: number;
  /** Of those that wait, the one with the highest goes first. */
  readonly priority: number;
  /**
   * Asked when the resources are there, before anything starts. If not, they are given back and the end is
   * `not-started`: a stage holds no resources while it waits for something else.
   */
  mayStart(): Promise<boolean>;
  /** Awaited before the resources are given back: what they are given to next must not start after a failure. */
  beforeRelease(end: StageEnd): Promise<void>;
}

/** What an executor tells while a stage waits and runs. */
export type StageMessage =
  | { readonly type: 'started' }
  /** GPUs that another run holds. */
  | { readonly type: 'waiting'; readonly holder: string }
  | { readonly type: 'log'; readonly message: string }
  | { readonly type: 'progress'; readonly progress: Progress };

export type StageEnd =
  /** The record is in the stores, and so are the outputs. */
  | { readonly type: 'succeeded'; readonly record: ActionRecord }
  | { readonly type: 'failed'; readonly failure: FailureReason }
  /** What the stage reads went away from the stores, however it ended. */
  | { readonly type: 'inputs-gone' }
  | { readonly type: 'not-started' }
  | { readonly type: 'cancelled' };

/** Carries out requests: on this machine, or by a scheduler on others. */
export interface Executor {
  run(
    request: StageRequest,
    resources: ResourceRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd>;
}
