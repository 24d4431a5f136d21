import { join, relative, sep } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';

/** A part of the file system as a process in a sandbox sees it. All paths are absolute. */
export type Mount =
  /** What is at `from` on this machine. `device`: with its devices, and writable. */
  | { readonly kind: 'read' | 'write' | 'device'; readonly from: string; readonly at: string }
  /** A symbolic link to `to`. */
  | { readonly kind: 'link'; readonly to: string; readonly at: string }
  /** An empty folder, which hides what is there. In one that is `sealed`, nothing can be written but to other mounts. */
  | { readonly kind: 'empty' | 'sealed'; readonly at: string }
  /** What the kernel says about the processes of the sandbox, or the devices that every program needs. */
  | { readonly kind: 'processes' | 'devices'; readonly at: string };

/**
 * Returns the mounts in an order in which none hides another that lies in it, without those that show what can be seen
 * anyway: in a folder of this machine, a mount needs a place that exists.
 */
export function arranged(mounts: readonly Mount[]): readonly Mount[] {
  const ordered = [...mounts].sort((a, b) => depthOf(a.at) - depthOf(b.at));
  const kept: Mount[] = [];
  for (const mount of ordered) {
    const above = kept.findLast(({ at }) => isInside(at, mount.at));
    if (above === undefined || !shows(above, mount)) kept.push(mount);
  }
  return kept;
}

function depthOf(path: string): number {
  return path.split(sep).filter((part) => part !== '').length;
}

/** Returns whether `mount`, which lies in `above`, adds nothing to it. */
function shows(above: Mount, mount: Mount): boolean {
  // What lies behind a link is shown where it leads to.
  if (above.kind === 'link') return true;
  if (!('from' in above)) return false;
  if (mount.kind === 'sealed' || mount.kind === 'link') return true;
  if (!('from' in mount) || (mount.kind !== 'read' && above.kind === 'read')) return false;
  return join(above.from, relative(above.at, mount.at)) === mount.from;
}
