import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import type { Mount } from '../sandbox/mounts.ts';
import type { PossibleVariation, VariedMachine } from './variation.ts';

/** Folders that every system has for other disks. Only in the sandbox is one of them another one. */
const PLACES = ['/mnt', '/media', '/srv', '/opt'];

/** The project, the cache and temporary files in other folders. */
export function buildPath({ roots, withoutSandbox }: VariedMachine): PossibleVariation {
  const name = 'build path';
  if (withoutSandbox !== undefined) return { name, obstacle: withoutSandbox };
  // Empty caches are created beside the cache.
  const moved = [...new Set([roots.project, dirname(roots.cache), tmpdir()])].filter((folder) => folder !== '/');
  const place = PLACES.find((folder) => existsSync(folder) && !moved.some((inside) => isInside(folder, inside)));
  if (place === undefined || !moved.includes(roots.project)) {
    const advice = 'Move the project to another folder, such as one in your home.';
    return { name, obstacle: { message: `${roots.project} cannot be moved`, advice } };
  }
  const folders = moved.map((from, index) => ({ from, at: join(place, 'varied', String(index)) }));
  const seenAt = (path: string) => {
    const folder = isAbsolute(path) ? folders.find(({ from }) => isInside(from, path)) : undefined;
    return folder === undefined ? path : join(folder.at, relative(folder.from, path));
  };
  const mounts = folders.map(({ from, at }): Mount => ({ kind: 'write', from, at }));
  return {
    name,
    value: seenAt(roots.project),
    advice: 'Write paths relative to an input into the output, or none.',
    seenAt,
    change: () => ({ sandbox: { mounts: [{ kind: 'empty', at: place }, ...mounts] } }),
  };
}
