import type { CollectedArtifact, Progress, StageFailure } from '../../index.ts';
import type { StageInterface } from '../plan/stage-interface.ts';

/** By input name an absolute path, or those that the input collects. */
export type StageInputs = Readonly<Record<string, string | readonly CollectedArtifact[]>>;

/** Where an earlier result of a stage lies. */
export interface PreviousPaths {
  /** By output name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** By input name, for directories from outside: the file that says which digests their files have now. */
  readonly listings: Readonly<Record<string, string>>;
}

/** What a stage's process has to do. */
export type HostTask =
  | {
      readonly type: 'run';
      /** URL of the linked bundle. */
      readonly bundle: string;
      readonly params: unknown;
      readonly inputs: StageInputs;
      readonly outputs: Readonly<Record<string, string>>;
      readonly work: string;
      readonly downloads: string;
      readonly previous?: PreviousPaths;
    }
  /** Say what each of these bundles declares, without running it. */
  | { readonly type: 'describe'; readonly bundles: readonly string[] };

/** What is in the file that a stage's process is started with. SIGTERM tells it that the run is cancelled. */
export type HostRequest = HostTask & {
  /** The variables that it sees, by name: the shell that starts the process may have added more. */
  readonly variables: readonly string[];
};

export interface ThrownError {
  readonly message: string;
  /** Lines lead to the TypeScript source. */
  readonly stack: string;
}

export type Description =
  | { readonly ok: true; readonly interface: StageInterface }
  | { readonly ok: false; readonly error: ThrownError }
  /** Its default export is no stage definition. */
  | { readonly ok: false; readonly notAStage: string };

/** The descriptor on which a stage's process tells what happens. It ends when the runner does. */
export const MESSAGES = 3;

/** What a stage's process tells, one line of JSON each. */
export type HostMessage =
  | { readonly type: 'log'; readonly message: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'metrics'; readonly values: Readonly<Record<string, number>> }
  | { readonly type: 'described'; readonly descriptions: readonly Description[] }
  | { readonly type: 'done' }
  /** It was done, and what it had started went on. `open`: what Node calls that. */
  | { readonly type: 'unfinished'; readonly open: readonly string[] }
  | { readonly type: 'reported'; readonly failure: StageFailure }
  | { readonly type: 'threw'; readonly error: ThrownError };
