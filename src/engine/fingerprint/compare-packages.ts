import type { DescribePackage } from './compare-keys.ts';
import type { Digest } from './digest.ts';
import type { FileList } from './file-list.ts';
import type { Listings } from './listings.ts';

/** The maximum number of files named. */
const NAMED = 3;

/** Describes with the kept listings why a package counts as another one although its version is the same. */
export function describePackages(listings: Pick<Listings, 'find'>): DescribePackage {
  return (before, now) => {
    const [was, is] = [listings.find(before), listings.find(now)];
    return was === undefined || is === undefined ? undefined : difference(toMap(was), toMap(is));
  };
}

type Files = ReadonlyMap<string, Digest>;

function toMap(list: FileList): Files {
  return new Map([...list].map(({ path, digest }) => [path, digest]));
}

function difference(was: Files, is: Files): string {
  const edited = [...is].filter(([path, digest]) => was.has(path) && was.get(path) !== digest);
  if (edited.length > 0) return `was edited in node_modules: ${named(edited.map(([path]) => path))}`;
  const added = [...is.keys()].filter((path) => !was.has(path));
  const gone = [...was.keys()].filter((path) => !is.has(path));
  if (added.length > 0) return `counts with more files: ${named(added)}`;
  return gone.length > 0
    ? `counts without some files: ${named(gone)}`
    : 'is found or finds other packages by other paths';
}

function named(paths: readonly string[]): string {
  return [...paths.slice(0, NAMED), ...(paths.length > NAMED ? ['…'] : [])].join(', ');
}
