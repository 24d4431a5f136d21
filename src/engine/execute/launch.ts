import type { StageRequest } from './executor.ts';
import type { FoundInput } from './request-inputs.ts';
import type { Roots } from './roots.ts';

/** How the process of a stage is started. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  /** Has a mark (see `left-behind.ts`), which the process needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
}

/** What the process of a stage is given. All paths are absolute. */
export interface LaunchedStage {
  readonly request: StageRequest;
  /** The folder of its bundle and its request, or of the files of a command. Deleted when the process has ended. */
  readonly folder: string;
  readonly inputs: readonly FoundInput[];
  /** The directory to which outputs are written. */
  readonly made: string;
  readonly roots: Roots;
  /** The main module of its process, and the target of `import … from 'pipeline'`, if it is no command. */
  readonly host: string;
  readonly stageApi: string;
}

/**
 * Changes how the process of a stage is started: to trace it, or to hide something from it. What it starts must exec the
 * command in the end, pass on the descriptors up to `MESSAGES`, and end as the command ends.
 */
export type Launcher = (launch: Launch, stage: LaunchedStage) => Launch | Promise<Launch>;
