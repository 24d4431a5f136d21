import type { ActionKey } from '../../fingerprint/digest.ts';
import { type FoundRoot, type Project, projectId } from '../local/roots.ts';
import type { RunRecord } from '../records.ts';

/** A project that uses results in a cache, as far as `cache gc` respects it. */
export interface Owner extends Project {
  readonly id: string;
  /** Whether this is the project in which the command runs. */
  readonly isOwn: boolean;
  /** In milliseconds since 1970. */
  readonly lastUsed: number;
  readonly keys: ReadonlySet<ActionKey>;
}

export interface Ownership {
  /** The place of the project in which the command runs; the name of its pipeline, if that is known. */
  readonly place: Pick<Project, 'host' | 'file'> & { readonly pipeline?: string };
  /** The branch, profile and `--set` of the command line. */
  readonly isCurrent: (root: FoundRoot) => boolean;
  /** How many of the last runs of each project count. */
  readonly keepRuns: number;
  /** What was last used before this time does not count, in milliseconds since 1970. */
  readonly usedSince: number;
  /** The ids of projects that no longer count. */
  readonly released: ReadonlySet<string>;
}

export interface Owners {
  readonly owners: readonly Owner[];
  /** What the last runs of the project in which the command runs have used. */
  readonly ownRuns: ReadonlySet<ActionKey>;
  /** Roots that no longer count: too old, or of a released project. */
  readonly ended: readonly FoundRoot[];
}

/**
 * Finds out which results the projects of a cache need: for each of its branches and profiles the last result of each
 * stage and what the lockfile describes, and what its last runs used. Of the project in which the command runs, the
 * current branch and profile and experiments with `--set` are left out, since the command knows what they need.
 */
export function findOwners(roots: readonly FoundRoot[], runs: readonly RunRecord[], ownership: Ownership): Owners {
  const { place, isCurrent, keepRuns, usedSince, released } = ownership;
  const isOwn = (project: Project) =>
    project.host === place.host &&
    project.file === place.file &&
    (place.pipeline === undefined || project.pipeline === place.pipeline);
  const owners = new Map<string, Owner & { readonly keys: Set<ActionKey> }>();
  const ended: FoundRoot[] = [];
  for (const root of roots) {
    const id = projectId(root);
    const lastUsed = Date.parse(root.lastUsed);
    const isKnown = isOwn(root) && isCurrent(root);
    if (!isKnown && (released.has(id) || lastUsed < usedSince)) {
      ended.push(root);
      continue;
    }
    const { host, file, pipeline } = root;
    const owner = owners.get(id) ?? { id, host, file, pipeline, isOwn: isOwn(root), lastUsed, keys: new Set() };
    owners.set(id, { ...owner, lastUsed: Math.max(lastUsed, owner.lastUsed) });
    if (isKnown || (owner.isOwn && root.set)) continue;
    for (const key of [...Object.values(root.stages), ...Object.values(root.whole)]) owner.keys.add(key);
  }
  const ownRuns = new Set<ActionKey>();
  const ownId = place.pipeline === undefined ? undefined : projectId({ ...place, pipeline: place.pipeline });
  for (const [id, newest] of lastRuns(runs, keepRuns)) {
    const owner = owners.get(id);
    // Runs of earlier versions do not say whose they are.
    const isOurs = id === '' || id === ownId || owner?.isOwn === true;
    const used = isOurs ? ownRuns : owner?.keys;
    for (const { stages } of newest) for (const { key } of stages) if (key !== undefined) used?.add(key);
  }
  return { owners: [...owners.values()], ownRuns, ended };
}

/** Returns the newest runs of each project, by its id; under an empty id, those of unknown projects. */
export function lastRuns(runs: readonly RunRecord[], count: number): ReadonlyMap<string, readonly RunRecord[]> {
  const projects = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const known = projects.get(run.project ?? '') ?? [];
    projects.set(run.project ?? '', known);
    if (known.length < count) known.push(run);
  }
  return projects;
}
