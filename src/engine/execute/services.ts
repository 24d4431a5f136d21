import type { Cache } from '../cache/records.ts';
import type { FileDigests } from '../fingerprint/file-digests.ts';
import type { Listings } from '../fingerprint/listings.ts';
import type { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import type { SealedTrees } from '../fingerprint/sealed-trees.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import type { Plan } from '../plan/plan.ts';
import type { ResourcePool } from './resources.ts';

/** Where the engine's own files lie, and those of the project. */
export interface Installation {
  /** The module that a stage's process starts with. */
  readonly host: string;
  /** What `import … from 'pipeline'` means to a stage. */
  readonly stageApi: string;
  readonly root: string;
  readonly codes: StageCodes;
}

/** All that running a plan needs beside the plan. */
export interface Services {
  readonly plan: Plan;
  readonly installation: Installation;
  readonly cache: Cache;
  /** What is known of the files of inputs from outside, and of those that stages put out. */
  readonly files: { readonly inputs: FileDigests; readonly objects: FileDigests };
  readonly trees: SealedTrees;
  readonly listings: Listings;
  /** The code of each stage of the plan, by the absolute path of its module. */
  readonly codes: ReadonlyMap<string, StageCode>;
  readonly runtime: RuntimeRegistry;
  readonly resources: ResourcePool;
  /** Where stages keep what they fetch. */
  readonly downloads: string;
  readonly environment: NodeJS.ProcessEnv;
}
