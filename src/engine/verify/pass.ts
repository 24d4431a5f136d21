import type { Problem } from '../../shared/problem.ts';
import type { RunResult } from '../execute/events.ts';
import type { Launcher } from '../execute/launch.ts';
import type { Services } from '../execute/services.ts';

/** Something that a stage uses although it has not declared it, or a sign of it. */
export interface Finding {
  readonly stage: string;
  /** What was found, for programs: `read`, `environment`, `difference`. */
  readonly kind: string;
  /** Which one: a path, the name of a variable or of an output. */
  readonly subject: string;
  /** The same for people, with the place in the stage's source if it is known, and what to do about it. */
  readonly problem: Problem;
}

/** What a pass found. It has passed if there is nothing of all this. */
export interface PassOutcome {
  readonly findings: readonly Finding[];
  /** What it should have looked at, and could not here, each with what to do about it. */
  readonly gaps: readonly Problem[];
  /** A run in which stages failed for a reason that is no finding. */
  readonly failed?: RunResult;
}

/** How stages are run again. */
export interface Rerun {
  /** What is different this time, in a few words, for people; absent if that goes without saying. */
  readonly label?: string;
  readonly launcher: Launcher;
  /** The maximum number of stages that run in parallel; by default the one that the user asked for. */
  readonly jobs?: number;
}

export interface PassContext {
  readonly services: Services;
  /** A private folder for files of the pass. Absolute. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /**
   * Runs the stages to verify in an empty cache, and compares their outputs with the lockfile: a stage whose outputs
   * differ has failed with a `difference`. Stages that do not depend on a failed one still run.
   */
  rerun(how: Rerun): Promise<RunResult>;
}

/** A way to find what stages use without having declared it. `strict-passes.ts` lists them. */
export interface Pass {
  readonly name: string;
  /** What it looks at, in a few words, for people. */
  readonly covers: string;
  /** Returns why it cannot run on this machine, with what to do about it; nothing if it can. */
  obstacles(context: Pick<PassContext, 'services' | 'folder'>): Promise<readonly Problem[]>;
  /** Called if there are no obstacles. */
  run(context: PassContext): Promise<PassOutcome>;
}

/** The outcome of a pass in one word. Only `passed` is success: a pass that could not run proves nothing. */
export type PassState = 'passed' | 'found' | 'failed' | 'incomplete' | 'not-run' | 'cancelled';

/** What became of a pass. */
export interface PassResult {
  readonly pass: string;
  readonly state: PassState;
  readonly findings: readonly Finding[];
  /** Why it could not run, or what it could not look at. */
  readonly gaps: readonly Problem[];
  readonly failed?: RunResult;
  readonly seconds: number;
}
