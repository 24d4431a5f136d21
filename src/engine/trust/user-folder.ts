import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Folders of a user, as the XDG specification names them: one for what can be recomputed, one for what stays here. */
export type UserFolder = 'cache' | 'state';

const VARIABLES: Readonly<Record<UserFolder, string>> = { cache: 'XDG_CACHE_HOME', state: 'XDG_STATE_HOME' };
const DEFAULTS: Readonly<Record<UserFolder, string>> = { cache: '.cache', state: '.local/state' };

/** Returns the path of this user's folder, whether or not it exists; nothing for a user without a home directory. */
export function userFolder(folder: UserFolder, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const set = environment[VARIABLES[folder]] ?? '';
  if (isAbsolute(set)) return join(set, 'pipeline');
  const home = homeOf(environment);
  return home === undefined ? undefined : join(home, DEFAULTS[folder], 'pipeline');
}

/**
 * Returns whether `path` is a directory of this user, or may become one, and makes it inaccessible to others. A link is
 * none: it could lead to a directory of somebody else. With `sudo`, the home directory belongs to somebody else, who
 * could neither use nor delete what root creates there.
 */
export function isUsableFolder(path: string): boolean {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return mayCreateIn(dirname(path));
    if (!stats.isDirectory() || !isOwn(stats)) return false;
    if (!isPrivate(stats)) chmodSync(path, 0o700);
    return true;
  } catch {
    // Not accessible to this user.
    return false;
  }
}

function mayCreateIn(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return dirname(folder) !== folder && mayCreateIn(dirname(folder));
  return isOwn(stats) || stats.uid === 0;
}

/** Creates a directory that only this user can access. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Whether a file belongs to this user. Windows has no user ids; there, home directories are private by default. */
export function isOwn({ uid }: Stats): boolean {
  const own = process.geteuid?.();
  return own === undefined || uid === own;
}

/** Whether the permissions of a file or directory exclude everybody but its owner. */
export function isPrivate({ mode }: Stats): boolean {
  return process.geteuid === undefined || (mode & 0o077) === 0;
}

function homeOf(environment: NodeJS.ProcessEnv): string | undefined {
  const home = environment['HOME'] ?? '';
  if (isAbsolute(home)) return home;
  try {
    return homedir();
  } catch {
    // A user id without a name, as in a container.
    return undefined;
  }
}
