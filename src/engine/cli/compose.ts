import { LocalHistory } from '../cache/local/local-history.ts';
import { LocalStore } from '../cache/local/local-store.ts';
import { LocalWorkspaces } from '../cache/local/local-workspaces.ts';
import type { Uses } from '../cache/local/uses.ts';
import type { Stores } from '../cache/stores.ts';
import { GpuLocks, gpuLockDirectory } from '../execute/gpu-locks.ts';
import { gpusOf } from '../execute/gpus.ts';
import { LocalExecutor } from '../execute/local-executor.ts';
import { machineOf } from '../execute/machine.ts';
import { ResourcePool } from '../execute/resources.ts';
import type { Roots } from '../execute/roots.ts';
import { FileDigests } from '../fingerprint/file-digests.ts';
import type { LinkedFiles } from '../fingerprint/linked-files.ts';
import type { PathDigests } from '../fingerprint/path-digests.ts';
import type { SealedTrees } from '../fingerprint/sealed-trees.ts';
import type { Engine } from './options.ts';

/** The stores in a cache directory on this machine, and what only they can do. */
export interface LocalStores extends Stores {
  readonly linkable: (contents: readonly string[]) => LinkedFiles;
  /** Keeps what was learnt about content for the next run. */
  save(): void;
}

/**
 * Opens the stores in the cache directory `cache` (absolute). `trees` are saved by whoever made them.
 */
export function openLocalStores(
  cache: string,
  trees: SealedTrees,
  hashWorker: string | undefined,
  uses?: Uses,
): LocalStores {
  const files = new FileDigests(`${cache}/index/objects`, hashWorker);
  const store = new LocalStore(cache, files, trees, uses);
  return {
    actions: store,
    contents: store,
    index: store,
    workspaces: new LocalWorkspaces(cache),
    history: new LocalHistory(cache),
    linkable: (contents) => store.linkable(contents),
    save: () => files.save(),
  };
}

interface ExecutorParts {
  readonly engine: Pick<Engine, 'host' | 'stageApi'>;
  readonly roots: Roots;
  readonly stores: Stores;
  readonly linkable: LocalStores['linkable'];
  readonly paths: PathDigests;
  readonly environment: NodeJS.ProcessEnv;
  /** At most so many stages at once. */
  readonly jobs: number | undefined;
}

/** An executor that runs stages on this machine. */
export function localExecutor(parts: ExecutorParts): LocalExecutor {
  const { engine, roots, stores, linkable, paths, environment, jobs } = parts;
  return new LocalExecutor(
    { roots, stores, linkable, paths, host: engine.host, stageApi: engine.stageApi, environment },
    new ResourcePool(() => machineOf(environment, jobs)),
    new GpuLocks(gpuLockDirectory(environment), () => gpusOf(environment)),
  );
}
