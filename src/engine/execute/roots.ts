import { isAbsolute, join, relative, sep } from 'node:path';

/** Folders whose location depends on the machine, absolute. */
export interface Roots {
  /** The folder of the pipeline file. */
  readonly project: string;
  readonly cache: string;
}

/**
 * A path that another machine can resolve with its own roots. The root `machine` means an absolute path outside of both
 * folders, which must be the same on all machines.
 */
export interface RootedPath {
  readonly root: keyof Roots | 'machine';
  readonly path: string;
}

export function toRooted(path: string, roots: Roots): RootedPath {
  // The cache first, since it is usually inside the project.
  for (const root of ['cache', 'project'] as const) {
    const inside = relative(roots[root], path);
    if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return { root, path: inside };
  }
  return { root: 'machine', path };
}

export function fromRooted({ root, path }: RootedPath, roots: Roots): string {
  return root === 'machine' ? path : join(roots[root], path);
}
