import type { Progress } from '../../index.ts';
import type { Problem } from '../../shared/problem.ts';
import type { MachineClass, Usage } from '../cache/records.ts';
import type { RecordedDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { ContentProgress } from '../fingerprint/work.ts';
import type { Lists } from '../plan/lists.ts';
import type { Plan } from '../plan/plan.ts';
import type { Approximation, FailureReason } from './failure.ts';
import type { LogSource } from './protocol.ts';

interface StageResultBase {
  readonly name: string;
  readonly seconds: number;
  /** Why it ran, or would run. */
  readonly reasons: readonly string[];
}

/** A stage whose outputs are in the cache. */
export interface CompletedStage extends StageResultBase {
  readonly outcome: 'ran' | 'cached';
  readonly key: ActionKey;
  readonly document: RecordedDocument;
  readonly outputs: Readonly<Record<string, Digest>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** The class of the machine that computed it, if its last digits depend on that. */
  readonly machine?: MachineClass;
  /** Set if its outputs differ from the lockfile within the tolerance, so that `outputs` are those of the lockfile. */
  readonly approximation?: Approximation;
  /** What a stage that ran has used, if that is known. */
  readonly usage?: Usage;
}

export type StageResult =
  | CompletedStage
  /** `key` is unknown while an upstream stage would run. */
  | (StageResultBase & { readonly outcome: 'would-run'; readonly key?: ActionKey })
  | (StageResultBase & {
      readonly outcome: 'failed';
      readonly key?: ActionKey;
      readonly failure: FailureReason;
      /** The number of attempts. */
      readonly tries?: number;
    })
  | (StageResultBase & { readonly outcome: 'blocked'; readonly by: string })
  | (StageResultBase & { readonly outcome: 'cancelled' });

export interface RunResult {
  /** Its id. That of a dry run is not shown, since nothing can be found by it. */
  readonly run: string;
  readonly ok: boolean;
  readonly cancelled: boolean;
  readonly seconds: number;
  readonly stages: readonly StageResult[];
  /** The plan at its end. */
  readonly plan: Plan;
  /** The values of matrices with which that plan was made. */
  readonly lists: Lists;
}

/** Why a plan is executed: for the results, to verify that these are reproducible, or to see what would run. */
export type Purpose = 'run' | 'verify' | 'dry-run';

/** An input or an output of a stage whose files are listed, hashed or stored. */
export interface Content {
  readonly kind: 'input' | 'output';
  readonly name: string;
}

/** What a stage waits for: another run computes the same action, or holds the GPUs; or a scheduler has queued it. */
export type WaitingFor = 'claim' | 'gpus' | 'queue';

/** The stage failed and is retried, for the `retry`-th time of at most `retries`, after a pause of `seconds`, if any. */
export interface Retrying {
  readonly failure: FailureReason;
  readonly retry: number;
  readonly retries: number;
  readonly seconds?: number;
}

/** An event of a run, emitted in order. Reporters turn events into text. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly purpose: Purpose;
      readonly run: string;
      readonly pipeline: string;
      readonly stages: readonly string[];
    }
  /** A stage has put out the values of a matrix, so that more stages are known. `stages`: those of the run from now on. */
  | { readonly type: 'run-replanned'; readonly plan: Plan; readonly stages: readonly string[] }
  | {
      readonly type: 'stage-waiting';
      readonly stage: string;
      readonly for: WaitingFor;
      /** A description of the holder, or of the queue. */
      readonly holder: string;
    }
  /** The run was cancelled, and its stages are being stopped. `signal`: SIGINT for Ctrl-C. */
  | { readonly type: 'run-stopping'; readonly signal: string }
  /** The stage is stopped, and is saving, for at most this time. */
  | { readonly type: 'stage-saving'; readonly stage: string; readonly seconds: number }
  | { readonly type: 'stage-started'; readonly stage: string; readonly reasons: readonly string[] }
  | { readonly type: 'stage-progress'; readonly stage: string; readonly progress: Progress }
  /** How far the runner has got with an input or an output of a stage, if that takes more than a second. */
  | {
      readonly type: 'content-progress';
      readonly stage: string;
      readonly content: Content;
      readonly progress: ContentProgress;
    }
  /** The stage has printed something, of one line or several. */
  | { readonly type: 'stage-log'; readonly stage: string; readonly message: string; readonly source: LogSource }
  /** A problem that the author of a successful stage should know about. */
  | { readonly type: 'stage-warning'; readonly stage: string; readonly problem: Problem }
  | ({ readonly type: 'stage-retrying'; readonly stage: string } & Retrying)
  | { readonly type: 'stage-finished'; readonly result: StageResult }
  | { readonly type: 'run-finished'; readonly result: RunResult };

export type Emit = (event: RunEvent) => void;
