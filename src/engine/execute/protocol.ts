import type { CollectedArtifact, Progress, StageFailure } from '../../index.ts';
import type { StageInterface } from '../plan/stage-interface.ts';

/** By input name: an absolute path, or the artifacts that the input collects. */
export type StageInputs = Readonly<Record<string, string | readonly CollectedArtifact[]>>;

/** The paths of an earlier result of a stage. */
export interface PreviousPaths {
  /** By output name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** By input name: the file with the current listing of an input directory. */
  readonly listings: Readonly<Record<string, string>>;
}

/** The absolute paths that a stage gets. */
export interface StagePaths {
  readonly inputs: StageInputs;
  readonly outputs: Readonly<Record<string, string>>;
  readonly work: string;
  readonly downloads: string;
}

/** The task of a stage's process. */
export type HostTask =
  | (StagePaths & {
      readonly type: 'run';
      /** URL of the linked bundle. */
      readonly bundle: string;
      readonly params: unknown;
      readonly previous?: PreviousPaths;
    })
  /** Returns what each of these bundles declares, without running it. */
  | { readonly type: 'describe'; readonly bundles: readonly string[] };

/** The content of the request file of a stage's process. SIGTERM means that the stage is to stop. */
export type HostRequest = HostTask & {
  /** The names of the environment variables to keep: the shell that starts the process may have added others. */
  readonly variables: readonly string[];
};

export interface ThrownError {
  readonly message: string;
  /** With the stacks of its causes. Its lines refer to the TypeScript source. */
  readonly stack: string;
  /** The code of a system error, such as EMFILE. */
  readonly code?: string;
  /** The messages of the errors that caused it. */
  readonly causes: readonly string[];
}

export type Description =
  | { readonly ok: true; readonly interface: StageInterface }
  | { readonly ok: false; readonly error: ThrownError }
  /** Its default export is not a stage definition. */
  | { readonly ok: false; readonly notAStage: string };

/** The file descriptor on which a stage's process writes messages. It is closed when the runner ends. */
export const MESSAGES = 3;

/** How a stage has printed a line: by the `log` of its context, or on a stream of its process. */
export type LogSource = 'log' | 'stdout' | 'stderr';

/** A message of a stage's process, one line of JSON each. */
export type HostMessage =
  /** `source`: `log` if it is absent. */
  | { readonly type: 'log'; readonly message: string; readonly source?: LogSource }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'metrics'; readonly values: Readonly<Record<string, number>> }
  /** A stage begins or ends to save something that must not be lost when it is stopped. */
  | { readonly type: 'saving'; readonly active: boolean }
  /** The bundle with this index is loaded now, to describe it. */
  | { readonly type: 'loading'; readonly bundle: number }
  | { readonly type: 'described'; readonly descriptions: readonly Description[] }
  /** `mistake`: names an undeclared input or output that the stage has looked for. */
  | { readonly type: 'done'; readonly mistake?: string }
  /** It was done, and what it had started went on. `open`: what Node calls that. */
  | { readonly type: 'unfinished'; readonly open: readonly string[] }
  | { readonly type: 'reported'; readonly failure: StageFailure }
  | { readonly type: 'threw'; readonly error: ThrownError };
