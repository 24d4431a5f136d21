import { isAbsolute, join, relative, sep } from 'node:path';

/** Folders that every machine has at a place of its own, absolute. */
export interface Roots {
  /** The folder of the pipeline file. */
  readonly project: string;
  readonly cache: string;
}

/**
 * A path that another machine can resolve with roots of its own. `machine`: an absolute path, for what lies in neither
 * folder; it has to be the same everywhere.
 */
export interface RootedPath {
  readonly root: keyof Roots | 'machine';
  readonly path: string;
}

export function toRooted(path: string, roots: Roots): RootedPath {
  // The cache mostly lies in the project.
  for (const root of ['cache', 'project'] as const) {
    const inside = relative(roots[root], path);
    if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return { root, path: inside };
  }
  return { root: 'machine', path };
}

export function fromRooted({ root, path }: RootedPath, roots: Roots): string {
  return root === 'machine' ? path : join(roots[root], path);
}
