import type { Progress } from '../../index.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { BundleText } from '../fingerprint/stage-code.ts';
import type { TreeFilter } from '../fingerprint/tree.ts';
import type { ContentProgress } from '../fingerprint/work.ts';
import type { MatrixValues } from '../plan/matrix.ts';
import type { PlannedOutput } from '../plan/stage-interface.ts';
import type { Content, Retrying, WaitingFor } from './events.ts';
import type { FailureReason } from './failure.ts';
import type { LogSource } from './protocol.ts';
import type { RootedPath } from './roots.ts';

/**
 * Everything that is needed to run one stage, as plain data. It can be serialised to JSON and executed on any machine
 * that has access to the stores. It contains no processes, descriptors or paths that are specific to this machine.
 */
export interface StageRequest {
  readonly stage: string;
  /** The module or the command, as the pipeline file has it. */
  readonly module: string;
  /** The id of the run. */
  readonly run: string;
  readonly key: ActionKey;
  /** Contains the params and the digests of the inputs. */
  readonly document: KeyDocument;
  readonly program: RequestedProgram;
  readonly inputs: Readonly<Record<string, RequestedInput | readonly RequestedItem[]>>;
  readonly outputs: readonly PlannedOutput[];
  /** The directories of the claim. */
  readonly work: RootedPath;
  readonly scratch: RootedPath;
  readonly downloads: RootedPath;
  /** For a stage that reuses unchanged parts of an earlier result. */
  readonly previous?: RequestedPrevious;
  /** The declared variables that are set. */
  readonly environment: Readonly<Record<string, string>>;
  /** The names of the variables that are passed through. Their values never leave the machine that has them. */
  readonly secrets: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  /** The memory that it may use, in bytes. */
  readonly memory?: number;
  /** How long the stage may take to end if it is saving when it is stopped, in seconds. */
  readonly grace: number;
}

/** What to run. The words of a command are in the document. */
export type RequestedProgram =
  | { readonly kind: 'module'; readonly code: RequestedCode }
  /** `at`: where the pipeline file has the command. */
  | { readonly kind: 'command'; readonly at: Place };

export interface RequestedCode extends BundleText {
  /** Package imports of the bundle: specifier → file. */
  readonly externals: Readonly<Record<string, RootedPath>>;
  /** Path of a local module, relative to the project → digest of its source, for the record. */
  readonly modules: Readonly<Record<string, Digest>>;
}

export type RequestedInput =
  /** `producer`: `stage.output`, for messages. `file`: the file name of the output, which the stage sees. */
  | { readonly kind: 'artifact'; readonly digest: Digest; readonly producer: string; readonly file: string }
  | { readonly kind: 'path'; readonly at: RootedPath; readonly digest: Digest; readonly filter: TreeFilter };

/** One of the artifacts of an input that collects several, declared as `models[]`. */
export interface RequestedItem {
  readonly matrix: MatrixValues;
  readonly from: RequestedInput;
}

export interface RequestedPrevious {
  /** By output name. */
  readonly outputs: Readonly<Record<string, Digest>>;
  /** By input name: the file with the listing of an input directory. */
  readonly listings: Readonly<Record<string, RootedPath>>;
}

/** The resources that a stage needs while it runs. */
export interface ResourceRequest {
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpu: number;
  /** Of several waiting requests, the one with the highest priority starts first. */
  readonly priority: number;
  /**
   * Called once the resources are allocated, before the stage starts. If it returns false, the resources are released
   * and the end is `not-started`: a stage holds no resources while it waits for something else.
   */
  mayStart(): Promise<boolean>;
  /** Awaited before the resources are released, so that after a failure no waiting stage starts. */
  beforeRelease(end: StageEnd): Promise<void>;
}

/** A message of an executor while a stage waits and runs. */
export type StageMessage =
  | { readonly type: 'started' }
  | { readonly type: 'waiting'; readonly for: WaitingFor; readonly holder: string }
  | { readonly type: 'content-progress'; readonly content: Content; readonly progress: ContentProgress }
  | { readonly type: 'log'; readonly message: string; readonly source?: LogSource }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** The stage was stopped while it was saving, for which it has this time. */
  | { readonly type: 'saving'; readonly seconds: number }
  | { readonly type: 'warning'; readonly problem: Problem }
  /** It failed and is retried where it runs. */
  | ({ readonly type: 'retrying' } & Retrying);

export type StageEnd =
  /** The record and the outputs are in the stores. */
  | {
      readonly type: 'succeeded';
      readonly record: ActionRecord;
      /** How long it took, if it was not observed all the time. */
      readonly seconds?: number;
    }
  /** Somebody else has computed the result in the meantime, or whoever was to compute it has found it. */
  | { readonly type: 'cached'; readonly record: ActionRecord }
  /** `isFinal`: whether it has been retried as often as it may be. `retries`: how often it has been where it ran. */
  | { readonly type: 'failed'; readonly failure: FailureReason; readonly isFinal?: boolean; readonly retries?: number }
  /** The inputs were deleted from the stores before or while the stage ran. Any result was discarded. */
  | { readonly type: 'inputs-gone' }
  | { readonly type: 'not-started' }
  | { readonly type: 'cancelled' };

/** Executes requests, on this machine or through a scheduler on others. */
export interface Executor {
  /** Whether the stage was handed over before its inputs were complete: it may run, or have run, already. */
  hasTaken?(stage: string): boolean;
  run(
    request: StageRequest,
    resources: ResourceRequest,
    onMessage: (message: StageMessage) => void,
    signal: AbortSignal,
  ): Promise<StageEnd>;
}
