import type { Problem } from '../../../shared/problem.ts';
import type { LaunchedStage } from '../../execute/launch.ts';
import type { Roots } from '../../execute/roots.ts';
import type { Sandbox } from '../sandbox/bubblewrap.ts';

/** What variations know about this machine. */
export interface VariedMachine {
  readonly environment: NodeJS.ProcessEnv;
  readonly roots: Roots;
  /** For files of the pass. Absolute. */
  readonly folder: string;
  /** Why sandboxes cannot be made here; nothing if they can. */
  readonly withoutSandbox: Problem | undefined;
}

/** What is different about how a stage is started. */
export interface Change {
  readonly environment?: Readonly<Record<string, string>>;
  /** The words of a command that sets something for the command that follows it, and execs that. */
  readonly starter?: readonly string[];
  readonly sandbox?: Partial<Sandbox>;
}

/** Something in which machines and users differ, and which should make no difference to a result. */
export interface Variation {
  /** Of what: `time zone`. */
  readonly name: string;
  /** What it is, this time. */
  readonly value: string;
  /** What to do about a stage to which it makes a difference. */
  readonly advice: string;
  /** Returns where the stage sees a path of this machine. */
  readonly seenAt?: (path: string) => string;
  /** `seenAt` is that of all variations of the run together. */
  change(stage: LaunchedStage, seenAt: (path: string) => string): Change;
}

/** A variation, or why there is none here. */
export type PossibleVariation = Variation | { readonly name: string; readonly obstacle: Problem };
