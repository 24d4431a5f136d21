import type { Stores } from '../cache/stores.ts';
import type { Listings } from '../fingerprint/listings.ts';
import type { PackageAdvice } from '../fingerprint/package-advice.ts';
import type { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import type { Threads } from '../fingerprint/threads.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Plan } from '../plan/plan.ts';
import type { VouchedActions } from '../trust/vouched-actions.ts';
import type { Emit } from './events.ts';
import type { Executor } from './executor.ts';
import type { Planner } from './planner.ts';
import type { ProgramVersions } from './program-versions.ts';
import type { Roots } from './roots.ts';

/** The paths of the engine and of the project. */
export interface Installation {
  /** The main module of a stage's process. */
  readonly host: string;
  /** The target of `import … from 'pipeline'` in a stage. */
  readonly stageApi: string;
  readonly root: string;
  readonly codes: StageCodes;
  readonly packageAdvice: PackageAdvice;
}

/** A plan and everything that is needed to run it. Each module declares the subset that it uses. */
export interface Services {
  readonly plan: Plan;
  /** Makes the plan again, if the values of a matrix may turn out in the run. */
  readonly planner?: Planner;
  readonly roots: Roots;
  readonly stores: Stores;
  /** What is known about who computed the records of `stores.actions`. */
  readonly vouched: Pick<VouchedActions, 'isForeign' | 'isRefused'>;
  readonly executor: Executor;
  /** Computes the digests of input paths. */
  readonly paths: Trees;
  readonly threads: Threads;
  /** Is told of long work outside of a run. */
  readonly emit: Emit;
  readonly listings: Listings;
  /** The code of each stage of the plan, by the absolute path of its module. */
  readonly codes: ReadonlyMap<string, StageCode>;
  /** The text of that code. */
  readonly texts: Pick<StageCodes, 'textOf'>;
  readonly runtime: RuntimeRegistry;
  /** The versions of the programs that commands run. */
  readonly versions: Pick<ProgramVersions, 'of'>;
  readonly packageAdvice: PackageAdvice;
  /** The folder for the downloads of stages. Absolute. */
  readonly downloads: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Formats a command for the same pipeline, params and cache, from its words after `pipeline`. */
  readonly commandLine: (...words: readonly string[]) => string;
}
