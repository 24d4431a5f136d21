import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTemporary, writeAtomically } from '../../../shared/atomic-write.ts';
import { makeDirectory } from '../../../shared/files.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readText } from '../../../shared/read-file.ts';
import { cacheProblem } from './cache-problem.ts';

/** The version of the layout of a cache directory, which another version of this program may not understand. */
const LAYOUT_VERSION = 1;

/** The file that marks a cache directory: backup programs that know https://bford.info/cachedir skip it. */
const TAG = 'CACHEDIR.TAG';
const TAG_TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# This directory is the cache of a pipeline. All of it can be recomputed. See https://bford.info/cachedir
# pipeline cache layout ${LAYOUT_VERSION}
`;
const LAYOUT = /^Signature: 8a477f597d28d172789f06886806bc55\n(?:#.*\n)*# pipeline cache layout (\d+)$/m;

/** The entries of a cache directory, each with the names of what is in it. */
const ENTRIES = {
  objects: /^[0-9a-f]{2}$/,
  actions: /^[0-9a-f]{2}$/,
  runs: /^\d{8}-\d{6}-[0-9a-f]+\.json/,
  logs: /^\d{8}-\d{6}-[0-9a-f]+$/,
  jobs: /^[0-9a-f]{64}(-\d+)?$/,
  roots: /^[0-9a-f]{64}\.json$/,
  work: /^[0-9a-f]{64}(\.|$)/,
  downloads: /^(sha256|md5)-[0-9a-f]+(\.|$)/,
  index: /^(code|inputs|last|listings|live|objects|plans|sources|stages|sweep\.lock|trees)(\.|$)/,
  trash: /^pid=/,
} as const satisfies Readonly<Record<string, RegExp>>;
/** Of these, a cache may have others: stages choose the names of downloads, versions of this program the others. */
const OPEN = ['downloads', 'index', 'trash'];

/** Returns whether an entry of this name can be in a folder of a cache. */
export function isCacheEntry(folder: keyof typeof ENTRIES, name: string): boolean {
  return ENTRIES[folder].test(name);
}

/** Names of what operating systems, file systems and Git users add to any directory. */
const SYSTEM_FILES = /^(\.DS_Store|\.directory|\.gitignore|\.gitkeep|\.nfs.*|\.fuse_hidden.*|\.Trash-\d+|lost\+found)$/;

const ELSEWHERE = 'Choose a new or empty folder: --cache DIR.';

/**
 * Checks that a cache can be at this path: that nothing is there, an empty directory, or a cache that this version can
 * read. Changes nothing.
 */
function checkCacheFolder(cache: string): Result<void> {
  const at = { file: cache };
  try {
    const stats = statSync(cache, { throwIfNoEntry: false });
    if (stats === undefined) return success(undefined);
    if (!stats.isDirectory())
      return problem('the cache cannot be here: this is not a folder', { at, advice: ELSEWHERE });
    const version = layoutOf(cache);
    if (version !== undefined && version > LAYOUT_VERSION) {
      return problem(
        `the cache has layout ${version}, and this version of pipeline knows none after ${LAYOUT_VERSION}`,
        {
          at,
          advice: 'Update the package "pipeline", or use another cache: --cache DIR.',
        },
      );
    }
    const [foreign] = version === undefined ? entriesUnlike(cache, []) : [];
    if (foreign === undefined) return success(undefined);
    const isSimilar = ['objects', 'actions'].every((name) => existsSync(join(cache, name)));
    const advice = isSimilar ? `${ELSEWHERE} If it is a cache, move "${foreign}" away.` : ELSEWHERE;
    return problem(`this folder is not a cache: it contains "${foreign}"`, { at, advice });
  } catch (error) {
    return unusable(error, cache);
  }
}

/**
 * Checks as `checkCacheFolder` does, creates the directory if necessary, and marks it as a cache. A cache that is not
 * writable can still be read, unless it is empty.
 */
export function openCacheFolder(cache: string): Result<void> {
  if (layoutOf(cache) === LAYOUT_VERSION) return success(undefined);
  const checked = checkCacheFolder(cache);
  if (!checked.ok) return checked;
  try {
    makeDirectory(cache);
    writeAtomically(join(cache, TAG), TAG_TEXT);
    return success(undefined);
  } catch (error) {
    // Whatever has to be written will fail with a better message; the next run marks the cache.
    if (isFullDisk(error) || isReadable(cache)) return success(undefined);
    return unusable(error, cache);
  }
}

/** Returns the paths of entries that no version of this program creates in a cache, relative to it. */
export function unknownEntries(cache: string): readonly string[] {
  return entriesUnlike(cache, OPEN);
}

/** Returns the paths of entries that are unlike those of a cache. In the folders in `open`, anything may be. */
function entriesUnlike(cache: string, open: readonly string[]): readonly string[] {
  return namesOf(cache).flatMap((name) => {
    if (name === TAG || isTemporary(name) || SYSTEM_FILES.test(name)) return [];
    const pattern = Object.entries(ENTRIES).find(([known]) => known === name)?.[1];
    const stats = statSync(join(cache, name), { throwIfNoEntry: false });
    if (pattern === undefined || stats?.isDirectory() === false) return [name];
    if (open.includes(name)) return [];
    const unlike = namesOf(join(cache, name)).filter((inner) => !pattern.test(inner) && !isTemporary(inner));
    return unlike.map((inner) => join(name, inner));
  });
}

/** Returns the version of the layout of a marked cache; nothing if it is not marked, or the mark is corrupted. */
function layoutOf(cache: string): number | undefined {
  const text = readText(join(cache, TAG), 'cacheMark');
  const [, version] = LAYOUT.exec(text.ok ? text.value.slice(0, 1000) : '') ?? [];
  return version === undefined ? undefined : Number(version);
}

function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Returns whether there is a cache whose results can be read. */
function isReadable(cache: string): boolean {
  try {
    return namesOf(cache).some((name) => Object.hasOwn(ENTRIES, name));
  } catch {
    return false;
  }
}

function namesOf(directory: string): readonly string[] {
  return readdirSync(directory).sort();
}

function unusable(thrown: unknown, cache: string): Result<never> & { readonly ok: false } {
  const { code } = thrown as NodeJS.ErrnoException;
  const at = { file: cache };
  switch (code) {
    case 'EEXIST':
    case 'ELOOP':
      return problem('the cache cannot be here: this is a broken symbolic link', { at, advice: ELSEWHERE });
    case 'ENOTDIR':
      return problem('the cache cannot be here: a parent is not a folder', { at, advice: ELSEWHERE });
    case 'ENOENT':
      return problem('the cache cannot be here: no folder can be created in its parent', { at, advice: ELSEWHERE });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('the cache cannot be here: no permission to create it, or to read it', {
        at,
        advice: 'Change the permissions of the folder, or choose a writable one: --cache DIR.',
      });
    default:
      return cacheProblem(thrown, cache);
  }
}
