import { readdirSync } from 'node:fs';
import { statsOf } from '../../shared/paths-below.ts';

/**
 * Returns whether content has only regular files and directories. A symbolic link could lead anywhere, and whoever owns
 * its target could change the content at any time; reading a pipe or a device may never end.
 */
export function isPlainContent(path: string): boolean {
  const stats = statsOf(path);
  if (stats?.isDirectory() !== true) return stats?.isFile() === true;
  try {
    const entries = readdirSync(path, { withFileTypes: true, recursive: true });
    return entries.every((entry) => entry.isFile() || entry.isDirectory());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}
