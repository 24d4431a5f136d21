import { groupBy } from '../../shared/group-by.ts';
import { joinLines } from '../../shared/text/visible.ts';
import { type FileList, mergeLists, type TreeFile } from './file-list.ts';

/** The maximum number of files named. */
const NAMED = 3;
/** The maximum length of a displayed path. */
const SHOWN_PATH = 40;

/** Describes the differences between two states of a directory: `3 files changed, 1 new: a.jpg, b.jpg, c.jpg, …`. */
export function compareListings(before: FileList, now: FileList): string {
  const { changed, added, gone } = differences(before, now);
  const renamed = takeRenamed(gone, added);
  const renamedFrom = new Set(renamed.values());
  const groups = [
    { word: 'changed', paths: changed },
    { word: 'new', paths: added.map(({ path }) => path).filter((path) => !renamed.has(path)) },
    { word: 'removed', paths: gone.map(({ path }) => path).filter((path) => !renamedFrom.has(path)) },
    { word: 'renamed', paths: [...renamed].map(([to, from]) => `${from} → ${to}`) },
  ].filter(({ paths }) => paths.length > 0);
  const names = groups.flatMap(({ paths }) => paths).map(ending);
  if (names.length === 0) return 'empty folders differ';
  const counts = groups.map(({ word, paths }, index) =>
    index === 0 ? `${paths.length} ${paths.length === 1 ? 'file' : 'files'} ${word}` : `${paths.length} ${word}`,
  );
  return `${counts.join(', ')}: ${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`;
}

/** Shortens a long path to its end, which is more specific than its beginning. */
function ending(path: string): string {
  const shown = joinLines(path);
  return shown.length <= SHOWN_PATH ? shown : `…${shown.slice(1 - SHOWN_PATH)}`;
}

interface Differences {
  readonly changed: readonly string[];
  readonly added: readonly TreeFile[];
  readonly gone: readonly TreeFile[];
}

function differences(before: FileList, now: FileList): Differences {
  const changed: string[] = [];
  const added: TreeFile[] = [];
  const gone: TreeFile[] = [];
  for (const [then, here] of mergeLists(before, now)) {
    if (then === -1) added.push(now.at(here));
    else if (here === -1) gone.push(before.at(then));
    else if (before.digestAt(then) !== now.digestAt(here)) changed.push(now.pathAt(here));
  }
  return { changed, added, gone };
}

/** Returns new path → old path of the files that were renamed, recognised by equal content. */
function takeRenamed(gone: readonly TreeFile[], added: readonly TreeFile[]): Map<string, string> {
  // In reverse order, so that `pop` takes the first path in constant time: thousands of files may be equal.
  const byDigest = groupBy(gone.toReversed(), ({ digest }) => digest);
  const renamed = new Map<string, string>();
  for (const { path, digest } of added) {
    const from = byDigest.get(digest)?.pop();
    if (from !== undefined) renamed.set(path, from.path);
  }
  return renamed;
}
