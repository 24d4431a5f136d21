import type { Digest } from './digest.ts';
import type { Listing } from './listings.ts';

/** The maximum number of files named. */
const NAMED = 3;
/** The maximum length of a displayed path. */
const SHOWN_PATH = 40;

/** Describes the differences between two states of a directory: `3 files changed, 1 new: a.jpg, b.jpg, c.jpg, …`. */
export function compareListings(before: Listing, now: Listing): string {
  const changed = [...now].filter(([path, digest]) => before.has(path) && before.get(path) !== digest);
  const added = [...now].filter(([path]) => !before.has(path));
  const gone = [...before].filter(([path]) => !now.has(path));
  const renamed = takeRenamed(gone, added);
  const renamedFrom = new Set(renamed.values());
  const groups = [
    { word: 'changed', paths: changed.map(([path]) => path) },
    { word: 'new', paths: added.filter(([path]) => !renamed.has(path)).map(([path]) => path) },
    { word: 'removed', paths: gone.filter(([path]) => !renamedFrom.has(path)).map(([path]) => path) },
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
  return path.length <= SHOWN_PATH ? path : `…${path.slice(1 - SHOWN_PATH)}`;
}

/** Returns new path → old path of the files that were renamed, recognised by equal content. */
function takeRenamed(gone: readonly [string, Digest][], added: readonly [string, Digest][]): Map<string, string> {
  const byDigest = new Map<Digest, string[]>();
  // In reverse order, so that `pop` takes the first path in constant time: thousands of files may be equal.
  for (const [path, digest] of gone.toReversed()) {
    const same = byDigest.get(digest);
    if (same === undefined) byDigest.set(digest, [path]);
    else same.push(path);
  }
  const renamed = new Map<string, string>();
  for (const [path, digest] of added) {
    const from = byDigest.get(digest)?.pop();
    if (from !== undefined) renamed.set(path, from);
  }
  return renamed;
}
