import { LocalHistory } from '../cache/local/local-history.ts';
import { LocalStore } from '../cache/local/local-store.ts';
import { LocalWorkspaces } from '../cache/local/local-workspaces.ts';
import type { UseMarker } from '../cache/local/use-marker.ts';
import { LocalLogs } from '../cache/logs/local-logs.ts';
import type { RunRecord } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import { GpuLocks, gpuLockDirectory, OwnGpus } from '../execute/gpu-locks.ts';
import { gpusOf } from '../execute/gpus.ts';
import type { Launcher } from '../execute/launch.ts';
import { LocalExecutor } from '../execute/local-executor.ts';
import { machineOf } from '../execute/machine.ts';
import { ResourcePool } from '../execute/resources.ts';
import type { Roots } from '../execute/roots.ts';
import { type RecordedDocument, readDocument } from '../fingerprint/action-key.ts';
import type { LinkedFiles } from '../fingerprint/linked-files.ts';
import type { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Engine } from './options.ts';

/** The stores in a local cache directory, with what only local stores can do. */
export interface LocalStores extends Stores {
  readonly local: LocalStore;
  readonly linkable: (contents: readonly string[]) => Promise<LinkedFiles>;
}

/**
 * Opens the stores in the cache directory `cache` (absolute).
 *
 * @param trees the digests of content, as far as they are remembered. Saved by the caller.
 * @param isOwn which runs are those of the pipeline.
 */
export function openLocalStores(
  cache: string,
  trees: Trees,
  { marker, isOwn }: { readonly marker?: UseMarker; readonly isOwn?: (run: RunRecord) => boolean } = {},
): LocalStores {
  const store = new LocalStore(cache, trees, marker);
  return {
    local: store,
    actions: store,
    contents: store,
    index: store,
    workspaces: new LocalWorkspaces(cache),
    history: new LocalHistory(cache, isOwn),
    logs: new LocalLogs(cache),
    linkable: (contents) => store.linkable(contents),
  };
}

interface ExecutorParts {
  readonly engine: Pick<Engine, 'host' | 'stageApi'>;
  readonly roots: Roots;
  readonly stores: Stores;
  readonly linkable: LocalStores['linkable'];
  readonly paths: Trees;
  readonly runtime: RuntimeRegistry;
  readonly environment: NodeJS.ProcessEnv;
  /** The maximum number of stages that run in parallel. */
  readonly jobs: number | undefined;
  /** Whether the visible GPUs belong to this process alone, like those of a scheduler's job. */
  readonly ownsGpus?: boolean;
  readonly launcher?: Launcher | undefined;
}

/** Creates an executor that runs stages on this machine. */
export function localExecutor(parts: ExecutorParts): LocalExecutor {
  const { engine, roots, stores, linkable, paths, runtime, environment, jobs, ownsGpus = false, launcher } = parts;
  const gpus = () => gpusOf(environment);
  const machineClass = (document: RecordedDocument, given: NodeJS.ProcessEnv) =>
    runtime.machineClassOf(readDocument(document).runtime, given);
  return new LocalExecutor(
    {
      ...{ roots, stores, linkable, paths, machineClass, environment },
      ...{ host: engine.host, stageApi: engine.stageApi },
      ...(launcher && { launcher }),
    },
    new ResourcePool(() => machineOf(environment, jobs)),
    ownsGpus ? new OwnGpus(gpus) : new GpuLocks(gpuLockDirectory(environment), gpus),
  );
}
