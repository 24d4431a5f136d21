import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../../fingerprint/digest.ts';
import { RunHistory } from '../history/run-history.ts';
import { deadMarkers } from '../local/use-marker.ts';
import { listDownloads } from './downloads.ts';
import { abandoned } from './fresh-directory.ts';
import { isTemporary } from './integrity.ts';
import { bytesIn, entriesOf, type Kept } from './inventory.ts';
import { abandonedTrash } from './trash.ts';

export type LeftoverKind =
  /** The work directory of an action that no run has resumed. */
  | 'work'
  /** The record of a run. */
  | 'run'
  /** The bundled code of a stage, the listing of an input directory, or a plan. */
  | 'index'
  /** A download that no stage has used recently, or that is incomplete. */
  | 'download'
  /** An unfinished file of a killed process. */
  | 'temporary';

export interface Leftover extends Kept {
  readonly kind: LeftoverKind;
  readonly bytes: number;
}

export interface LeftoverLimits {
  /** Only what is older is deleted, in milliseconds since 1970. */
  readonly before: number;
  /** This many of the newest run records are kept, however old they are. */
  readonly keepRuns: number;
  /** The code of the current stages. */
  readonly codes: ReadonlySet<Digest>;
  /** The inputs of the actions that are kept. */
  readonly inputs: ReadonlySet<Digest>;
  /** The current time, in milliseconds since 1970. */
  readonly now: number;
}

/** Whether a process on another machine is alive is unknown here. A temporary file younger than this may be in use. */
const WRITING_MILLISECONDS = 3_600_000;

/** Finds unreferenced files in and beside a cache directory, other than actions and objects. */
export function findLeftovers(
  cache: string,
  { before, keepRuns, codes, inputs, now }: LeftoverLimits,
): readonly Leftover[] {
  const index = join(cache, 'index');
  const work = entriesOf(join(cache, 'work'))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => join(cache, 'work', name))
    .filter((path) => newestIn(path) < before);
  const history = new RunHistory(cache);
  const runs = history
    .ids()
    .slice(keepRuns)
    .map((id) => history.pathOf(id))
    .filter((path) => newestIn(path) < before);
  const remembered = [
    ...filesIn(join(index, 'code')).filter((path) => !codes.has(digestOf(path))),
    ...filesIn(join(index, 'listings')).filter((path) => !inputs.has(digestOf(path))),
    ...filesIn(join(index, 'plans')),
  ].filter((path) => !isTemporary(path) && newestIn(path) < before);
  const temporary = [
    ...abandonedTrash(cache),
    ...abandoned(cache),
    ...deadMarkers(cache),
    ...temporaries(cache).filter((path) => newestIn(path) < now - WRITING_MILLISECONDS),
  ];
  const downloads = listDownloads(cache).filter(
    ({ lastUsed, partial }) => lastUsed < before || (partial && lastUsed < now - WRITING_MILLISECONDS),
  );
  const all: readonly [LeftoverKind, readonly string[]][] = [
    ['work', work],
    ['run', runs],
    ['index', remembered],
    ['download', downloads.map(({ path }) => path)],
    ['temporary', temporary],
  ];
  return all.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path, bytes: bytesIn(path) })));
}

/** Returns temporary files beside records, objects and index files, which would have been renamed to them. */
function temporaries(cache: string): string[] {
  const folders = ['runs', 'work', 'index', 'index/last', 'index/code', 'index/listings', 'index/plans'].map((name) =>
    join(cache, name),
  );
  const shards = ['actions', 'objects'].flatMap((kind) =>
    entriesOf(join(cache, kind)).map((name) => join(cache, kind, name)),
  );
  return [...folders, ...shards].flatMap(filesIn).filter((path) => isTemporary(path) || path.endsWith('.breaking'));
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
