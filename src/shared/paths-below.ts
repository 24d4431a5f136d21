import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { failure, type Result, success } from './problem.ts';

/**
 * Returns whether a path from outside, with `/`, can only denote something below the folder to which it is relative, on
 * every operating system: it is not empty or absolute, and has no drive letter, NUL or `..`, a backslash being a separator
 * on some of them. It says nothing about symbolic links; see `resolveBelow`.
 */
export function isBelow(path: string): boolean {
  return (
    !/^[a-z]:/i.test(path) &&
    !path.includes('\0') &&
    path.split(/[\\/]/).every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Returns whether a name from outside is that of a file directly in a folder; see `isBelow`. */
export function isFileName(name: string): boolean {
  return isBelow(name) && !/[\\/]/.test(name);
}

/** Why a path does not lead to something below its folder. `target`: where a symbolic link leads to. */
export type NotBelow = { readonly kind: 'outside'; readonly target?: string } | { readonly kind: 'missing' };

/**
 * Resolves a path from outside below `root`. Symbolic links are followed as long as they stay below it. Between this
 * check and the use of the path, whoever can write to `root` can still replace a folder by a link.
 *
 * @returns the absolute path without symbolic links.
 */
export function resolveBelow(root: string, path: string): Result<string, NotBelow> {
  if (!isBelow(path)) return failure({ kind: 'outside' });
  try {
    const target = realpathSync(join(root, path));
    return isInside(realpathSync(root), target) ? success(target) : failure({ kind: 'outside', target });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return failure({ kind: 'missing' });
  }
}

/** Returns whether `path` is `folder` or below it. Both are absolute and without symbolic links. */
export function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** Returns whether each of these paths exists, and none is a symbolic link. */
export function areUnlinked(...paths: readonly string[]): boolean {
  return paths.every((path) => statsOf(path)?.isSymbolicLink() === false);
}

/** Returns the metadata of a path, links not followed; nothing if nothing can be found there. */
export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** Returns the names that denote the same file on a file system that ignores letter case and Unicode normalization. */
export function collisions(names: readonly string[]): readonly string[] {
  const folded = names.map((name) => name.normalize('NFC').toLowerCase());
  return names.filter(
    (_name, index) => folded.indexOf(folded[index] ?? '') !== folded.lastIndexOf(folded[index] ?? ''),
  );
}
