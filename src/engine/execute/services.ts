import type { Stores } from '../cache/stores.ts';
import type { Listings } from '../fingerprint/listings.ts';
import type { PackageAdvice } from '../fingerprint/package-advice.ts';
import type { PathDigests } from '../fingerprint/path-digests.ts';
import type { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import type { Plan } from '../plan/plan.ts';
import type { Executor } from './executor.ts';
import type { Roots } from './roots.ts';

/** Where the engine's own files lie, and those of the project. */
export interface Installation {
  /** The module that a stage's process starts with. */
  readonly host: string;
  /** What `import … from 'pipeline'` means to a stage. */
  readonly stageApi: string;
  readonly root: string;
  readonly codes: StageCodes;
  readonly packageAdvice: PackageAdvice;
}

/** All that running a plan needs beside the plan. Each module names those of them that it uses. */
export interface Services {
  readonly plan: Plan;
  readonly roots: Roots;
  readonly stores: Stores;
  readonly executor: Executor;
  /** Digests inputs from outside. */
  readonly paths: PathDigests;
  readonly listings: Listings;
  /** The code of each stage of the plan, by the absolute path of its module. */
  readonly codes: ReadonlyMap<string, StageCode>;
  /** The text of that code. */
  readonly texts: Pick<StageCodes, 'textOf'>;
  readonly runtime: RuntimeRegistry;
  readonly packageAdvice: PackageAdvice;
  /** Where stages keep what they fetch. Absolute. */
  readonly downloads: string;
  readonly environment: NodeJS.ProcessEnv;
}
