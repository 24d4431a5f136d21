import { RunHistory } from '../cache/history/run-history.ts';
import { findGarbage, type Garbage, type GarbageAction, lastUsesIn } from '../cache/housekeeping/garbage.ts';
import { bytesIn, takeInventory } from '../cache/housekeeping/inventory.ts';
import { findLeftovers, type Leftover } from '../cache/housekeeping/leftovers.ts';
import { findOwners, lastRuns, type Owner, type Ownership } from '../cache/housekeeping/owners.ts';
import { type FoundRoot, projectId, readRoots } from '../cache/local/roots.ts';
import type { RunRecord } from '../cache/records.ts';
import { readDocument } from '../fingerprint/action-key.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { SparedResults } from '../report/cache-gc.ts';
import { memoryOf, otherMemories } from '../trust/memory.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';
import type { ReferencedKeys } from './referenced-keys.ts';
import { placeOf, variantOf } from './variant.ts';

export interface CollectOptions {
  /** In milliseconds. */
  readonly olderThan?: number;
  /** In bytes. */
  readonly maxSize?: number;
  readonly keepRuns: number;
  /** For how long what a project needs is kept after its last run, in milliseconds. */
  readonly keepProjects?: number;
  /** The ids of projects whose results are no longer kept. */
  readonly released?: ReadonlySet<string>;
}

export interface Collection {
  readonly garbage: Garbage;
  readonly leftovers: readonly Leftover[];
  readonly spared: readonly SparedResults[];
  /** The ids of corrupted roots. While there are any, no result is garbage. */
  readonly damagedRoots: readonly string[];
}

/** Without `--older-than`, work directories, run records, index files and downloads are deleted only at this age. */
const LEFTOVER_AGE = 30 * 86_400_000;
/** Without `--keep-projects`, what a project needs is kept for this long after its last run. */
const PROJECT_AGE = 90 * 86_400_000;

/**
 * Returns what `cache gc` would delete. What the pipeline, its lockfile and its last runs need is kept, and what other
 * projects need.
 */
export function collect(referenced: ReferencedKeys, options: CollectOptions, command: CommonOptions): Collection {
  const project = findProject(command);
  const { cache } = project;
  const { actions, objects } = takeInventory(cache);
  const { olderThan, maxSize, keepRuns, released = new Set() } = options;
  const runs = new RunHistory(cache).newest(Number.POSITIVE_INFINITY);
  const found = readRoots(cache);
  const damagedRoots = found.damaged.map(({ id }) => id).filter((id) => !released.has(id));
  const { owners, ownRuns, ended } = ownersIn(found.roots, runs, referenced, options, command);
  const now = Date.now();
  const weighed = objects.map((object) => ({ ...object, bytes: bytesIn(object.path) }));
  const limits = {
    ...(olderThan !== undefined && { usedBefore: now - olderThan }),
    ...(maxSize !== undefined && { maxBytes: maxSize }),
  };
  const own = new Set([...(referenced.current?.keys() ?? []), ...referenced.locked.keys(), ...ownRuns]);
  const others = damagedRoots.length > 0 ? actions.map(({ key }) => key) : owners.flatMap(({ keys }) => [...keys]);
  const garbageIfNeeded = (needed: Iterable<ActionKey>) =>
    findGarbage(actions, weighed, lastUsesIn(runs), { actions: new Set(needed) }, limits);
  const garbage = garbageIfNeeded([...own, ...others]);
  const going = new Set(garbage.actions.map(({ key }) => key));
  const staying = actions.filter(({ key }) => !going.has(key));
  const spared = garbageIfNeeded(own).actions.filter(({ key }) => !going.has(key));
  const leftovers = findLeftovers(cache, {
    before: now - (olderThan ?? LEFTOVER_AGE),
    keptRuns: new Set([...lastRuns(runs, keepRuns).values()].flat().map(({ run }) => run)),
    codes: referenced.codes,
    listed: new Set(
      staying.flatMap(({ record: { document } }) => [
        ...Object.values(document.inputs),
        ...Object.values(readDocument(document).packages),
      ]),
    ),
    endedRoots: [
      // A shorter time is for this call alone.
      ...ended.filter((root) => released.has(projectId(root)) || Date.parse(root.lastUsed) < now - PROJECT_AGE),
      ...found.damaged.filter(({ id }) => released.has(id)),
    ].map(({ path }) => path),
    project: project.root,
    now,
    memory: memoryOf(project),
    otherMemories: otherMemories(project),
  });
  return { garbage, leftovers, spared: sparedFor(owners, spared), damagedRoots };
}

/** Returns the projects that use a cache, apart from what the command knows itself about the one in which it runs. */
function ownersIn(
  roots: readonly FoundRoot[],
  runs: readonly RunRecord[],
  { pipeline }: Pick<ReferencedKeys, 'pipeline'>,
  { keepRuns, keepProjects = PROJECT_AGE, released = new Set() }: CollectOptions,
  command: CommonOptions,
): ReturnType<typeof findOwners> {
  const current = pipeline === undefined ? undefined : variantOf(pipeline, command);
  const ownership: Ownership = {
    place: { ...placeOf(command), ...(pipeline !== undefined && { pipeline }) },
    isCurrent: ({ branch, profile }) => branch === current?.branch && profile === current.profile,
    keepRuns,
    usedSince: Date.now() - keepProjects,
    released,
  };
  return findOwners(roots, runs, ownership);
}

function sparedFor(owners: readonly Owner[], spared: readonly GarbageAction[]): readonly SparedResults[] {
  return owners
    .map((owner) => {
      const results = spared.filter(({ key }) => owner.keys.has(key));
      const outputs = results.flatMap(({ record }) => Object.values(record.outputs));
      const sizes = new Map(outputs.map(({ digest, bytes }) => [digest, bytes]));
      return { owner, results: results.length, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
    })
    .filter(({ results }) => results > 0);
}
