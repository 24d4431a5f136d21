import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isTemporary } from '../../../shared/atomic-write.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import { SealedTrees } from '../../fingerprint/sealed-trees.ts';
import { RunHistory } from '../history/run-history.ts';
import { CachePaths } from '../local/paths.ts';
import { deadMarkers } from '../local/use-marker.ts';
import { runsWithLogs } from '../logs/read-logs.ts';
import { listDownloads } from './downloads.ts';
import { abandoned } from './fresh-directory.ts';
import { bytesIn, entriesOf, type Kept } from './inventory.ts';
import { abandonedTrash } from './trash.ts';

export type LeftoverKind =
  /** The work directory of an action that no run has resumed. */
  | 'work'
  /** The record of a run. */
  | 'run'
  /** What the stages of a run, or the jobs of a plan, have printed. */
  | 'log'
  /** The listing of an input directory or a package, or a file of an earlier version. */
  | 'index'
  /** The bundled code of a stage, the table of a directory, a plan, or what this user remembers of another project. */
  | 'memory'
  /** A download that no stage has used recently, or that is incomplete. */
  | 'download'
  /** What a project needed that has not been run for long, or that the user has released. */
  | 'root'
  /** An unfinished file of a killed process. */
  | 'temporary';

export interface Leftover extends Kept {
  readonly kind: LeftoverKind;
  readonly bytes: number;
}

export interface LeftoverLimits {
  /** The memory of this user: of this project, if there is one, and of others. Absolute. */
  readonly memory: string | undefined;
  readonly otherMemories: readonly string[];
  /** Only what is older is deleted, in milliseconds since 1970. */
  readonly before: number;
  /** The ids of runs whose records are kept, however old they are. */
  readonly keptRuns: ReadonlySet<string>;
  /** The code of the current stages. */
  readonly codes: ReadonlySet<Digest>;
  /** The inputs and packages of the actions that are kept. */
  readonly listed: ReadonlySet<string>;
  /** The paths of roots that no longer count. */
  readonly endedRoots: readonly string[];
  /** The folder of the pipeline file, where a killed run may have left an unfinished lockfile. */
  readonly project: string;
  /** The current time, in milliseconds since 1970. */
  readonly now: number;
}

/** Other projects may be in use, however little this one wants to keep. */
const OTHER_MEMORY_MILLISECONDS = 30 * 86_400_000;

/** What is in the index of a cache: what runs need to know of each other. */
const IN_INDEX = ['last', 'live', 'listings', 'sweep.lock'];

/** Whether a process on another machine is alive is unknown here. A temporary file younger than this may be in use. */
const WRITING_MILLISECONDS = 3_600_000;

/** Finds unreferenced files in and beside a cache directory, other than actions and objects. */
export function findLeftovers(
  cache: string,
  { before, keptRuns, codes, listed, endedRoots, project, now, memory, otherMemories }: LeftoverLimits,
): readonly Leftover[] {
  const index = join(cache, 'index');
  const paths = new CachePaths(cache);
  const work = entriesOf(join(cache, 'work'))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => join(cache, 'work', name))
    .filter((path) => newestIn(path) < before);
  const history = new RunHistory(cache);
  const runs = history
    .ids()
    .filter((id) => !keptRuns.has(id))
    .map((id) => history.pathOf(id))
    .filter((path) => newestIn(path) < before);
  const logs = runsWithLogs(cache)
    .filter((id) => !keptRuns.has(id))
    .map((id) => paths.logsOf(id))
    .filter((path) => newestIn(path) < before);
  const jobs = entriesOf(paths.jobs)
    .map((name) => paths.jobsOf(name))
    .filter((path) => newestIn(path) < before);
  const isOld = (path: string) => !isTemporary(path) && newestIn(path) < before;
  const indexed = [
    ...filesIn(join(index, 'listings')).filter((path) => !listed.has(digestOf(path))),
    ...filesIn(index).filter((path) => !IN_INDEX.includes(basename(path))),
  ].filter(isOld);
  const remembered = memory === undefined ? [] : unusedIn(memory, codes).filter(isOld);
  const otherLimit = Math.min(before, now - OTHER_MEMORY_MILLISECONDS);
  const abandonedMemories = otherMemories.filter((path) => newestIn(path) < otherLimit);
  const temporary = [
    ...abandonedTrash(cache),
    ...abandoned(cache),
    ...deadMarkers(cache),
    ...[...temporaries(cache, memory), ...unfinishedLockfiles(project)].filter(
      (path) => newestIn(path) < now - WRITING_MILLISECONDS,
    ),
  ];
  const downloads = listDownloads(cache).filter(
    ({ lastUsed, partial }) => lastUsed < before || (partial && lastUsed < now - WRITING_MILLISECONDS),
  );
  const all: readonly [LeftoverKind, readonly string[]][] = [
    ['work', work],
    ['run', runs],
    ['log', [...logs, ...jobs]],
    ['index', indexed],
    ['memory', [...remembered, ...abandonedMemories]],
    ['download', downloads.map(({ path }) => path)],
    ['root', endedRoots],
    ['temporary', temporary],
  ];
  return all.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path, bytes: bytesIn(path) })));
}

/** Returns the files of a memory that no current stage and no sealed tree needs. */
function unusedIn(memory: string, codes: ReadonlySet<Digest>): string[] {
  const tables = new SealedTrees(join(memory, 'trees')).tableNames();
  return [
    ...filesIn(join(memory, 'code')).filter((path) => !codes.has(digestOf(path))),
    ...filesIn(join(memory, 'files')).filter((path) => !tables.has(basename(path))),
    ...filesIn(join(memory, 'plans')),
  ];
}

const FOLDERS = [...['', 'runs', 'roots', 'work', 'downloads'], ...['index', 'index/last', 'index/listings']];

/** Returns temporary files beside records, objects and index files, which would have been renamed to them. */
function temporaries(cache: string, memory: string | undefined): string[] {
  const folders = [
    ...FOLDERS.map((name) => join(cache, name)),
    ...(memory === undefined ? [] : ['', 'code', 'files', 'plans'].map((name) => join(memory, name))),
  ];
  const shards = ['actions', 'objects'].flatMap((kind) =>
    entriesOf(join(cache, kind)).map((name) => join(cache, kind, name)),
  );
  return [...folders, ...shards].flatMap(filesIn).filter((path) => isTemporary(path) || path.endsWith('.breaking'));
}

function unfinishedLockfiles(project: string): string[] {
  return filesIn(project).filter((path) => isTemporary(path) && /^pipeline(\..+)?\.lock\.tmp-/.test(basename(path)));
}

function digestOf(path: string): Digest {
  return basename(path, '.json') as Digest;
}

function filesIn(directory: string): string[] {
  return entriesOf(directory).map((name) => join(directory, name));
}

/** Returns when a file, or anything in a directory, was last modified, in milliseconds since 1970. */
function newestIn(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return Number.POSITIVE_INFINITY;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...entriesOf(path).map((name) => newestIn(join(path, name))));
}
