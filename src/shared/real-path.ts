import { realpathSync } from 'node:fs';

/** Returns a path with its symbolic links followed; nothing if it leads nowhere, or cannot be followed. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
