import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFor } from '../../shared/atomic-write.ts';
import { isOwn, isPrivate, isUsableFolder, makePrivateFolder, userFolder } from './user-folder.ts';

const BYTES = 32;

/** The keys that were read, by path; undefined where there is none. */
const known = new Map<string, Buffer | undefined>();

/**
 * Returns an HMAC-SHA256 of texts or bytes under a key that only this user has, in hex; nothing if there is no key. `domain` says
 * what the texts are, so that a code for one purpose is none for another.
 *
 * @param create whether to create the key if this user has none yet.
 */
export function userMac(domain: string, texts: readonly (string | Uint8Array)[], create: boolean): string | undefined {
  const key = userKey(create);
  if (key === undefined) return undefined;
  const mac = createHmac('sha256', key).update(domain);
  // The lengths keep two lists apart whose texts follow each other in the same way.
  for (const text of texts) mac.update(`\0${text.length}\0`).update(text);
  return mac.digest('hex');
}

/**
 * The key is not beside the memory that it protects. Folders of caches are archived, restored and shared as a whole, and
 * a key that travels with them proves nothing.
 */
function userKey(create: boolean): Buffer | undefined {
  const folder = userFolder('state');
  if (folder === undefined) return undefined;
  const path = join(folder, 'memory.key');
  const found = known.get(path) ?? readKey(path) ?? (create && !known.has(path) ? createKey(path) : undefined);
  // A key that could not be created is not tried again; one that was only not found may be.
  if (found !== undefined || create) known.set(path, found);
  return found;
}

/** Returns the key if nobody else can read or write it. */
function readKey(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    const isUsable = stats.isFile() && stats.size === BYTES && isOwn(stats) && isPrivate(stats);
    return isUsable ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Creates a key, or returns the one that another process has just created. */
function createKey(path: string): Buffer | undefined {
  if (!isUsableFolder(dirname(path))) return undefined;
  const temporary = temporaryFor(path);
  try {
    makePrivateFolder(dirname(path));
    writeFileSync(temporary, randomBytes(BYTES), { mode: 0o600, flag: 'wx' });
    try {
      linkSync(temporary, path);
    } catch {
      // It exists, or the file system has no hard links. One that others could read is replaced.
      if (readKey(path) === undefined) renameSync(temporary, path);
    }
    return readKey(path);
  } catch {
    // No home directory, or one that is not writable: nothing is remembered.
    return undefined;
  } finally {
    rmSync(temporary, { force: true });
  }
}
