import { RunHistory } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';
import { fileFromCache } from './variant.ts';

/**
 * Returns the history in which the newest runs are those of the pipeline file of a command line. Others that share its
 * cache have runs of their own.
 *
 * @param pipeline the name of the pipeline; undefined if its file cannot be read.
 */
export function ownHistory(options: CommonOptions, pipeline: string | undefined): RunHistory {
  return new RunHistory(findProject(options).cache, ownedBy(options, pipeline));
}

/**
 * Returns what tells the runs of a pipeline file from others. The host does not matter: a container has a new name each
 * time, and the machines of a cluster see the same files. Containers may have the same paths, but then their pipelines
 * have different names. A run of an earlier version, which did not record its file, counts by its name.
 */
export function ownedBy(options: CommonOptions, pipeline: string | undefined): (run: RunRecord) => boolean {
  let own: string | undefined;
  return ({ file, pipeline: name }) => {
    if (pipeline !== undefined && name !== pipeline) return false;
    own ??= fileFromCache(options);
    return file === undefined || file === own;
  };
}
