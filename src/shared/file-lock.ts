import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFor } from './atomic-write.ts';

/** Who holds a lock: a process, told apart from a later one with the same id by its start time. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

const POLL_MILLISECONDS = 100;
const ENDING_MILLISECONDS = 5;

/**
 * Takes the lock file `path`, waiting while a living process holds it. `waiting` is called once with the holder.
 * Returns how to release it, or nothing if `signal` aborted the wait.
 */
export async function lock(
  path: string,
  waiting: (holder: string) => void,
  signal: AbortSignal,
): Promise<(() => void) | undefined> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!signal.aborted) {
    if (tryLock(path)) return () => rmSync(path, { force: true });
    const holder = readHolder(path);
    if (holder === 'released') continue;
    if (isDead(holder, path) && breakLock(path, holder)) continue;
    if (!told && holder !== 'unreadable' && isAlive(holder)) {
      waiting(wordsFor(holder, path));
      told = true;
    }
    await delay(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Of a process of another machine nothing can be known here: whoever waits may know more. */
function wordsFor({ pid, host }: Holder, path: string): string {
  return host === hostname() ? `process ${pid}` : `process ${pid} on ${host} (if that is gone, remove ${path})`;
}

/** A link appears whole or not at all, so that nobody reads a lock without its holder. */
function tryLock(path: string): boolean {
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, JSON.stringify(self()));
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (NO_LINKS.includes(code)) return tryLockWithoutLinks(path);
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** What file systems say that have no links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/** For a moment such a lock is there without its holder. */
function tryLockWithoutLinks(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(self()), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Of several that find a dead holder's lock one at a time looks again and removes it, under a lock of its own: so that
 * nobody removes the lock that another has taken meanwhile. Returns whether it was its turn.
 */
function breakLock(path: string, dead: Holder | 'unreadable'): boolean {
  const breaking = `${path}.breaking`;
  if (!tryLock(breaking)) {
    const holder = readHolder(breaking);
    if (holder !== 'released' && isDead(holder, breaking)) rmSync(breaking, { force: true });
    return false;
  }
  try {
    if (JSON.stringify(readHolder(path)) === JSON.stringify(dead)) rmSync(path, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(breaking, { force: true });
  }
}

function isDead(holder: Holder | 'unreadable', path: string): boolean {
  return holder === 'unreadable' ? isOld(path) : !isAlive(holder);
}

/** A lock that was damaged, or whose holder is just being written down. */
type Unread = 'released' | 'unreadable';

function readHolder(path: string): Holder | Unread {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isHolder(holder) ? holder : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'released' : 'unreadable';
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Holder>).pid === 'number';
}

const OLD_MILLISECONDS = 10_000;

function isOld(path: string): boolean {
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return changed === undefined || Date.now() - changed > OLD_MILLISECONDS;
}

export function isAlive({ host, pid, started }: Holder): boolean {
  // Of another machine's processes nothing can be known here: its lock stands until it is released.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = statusOf(pid);
  if (now === undefined) return true;
  // One that has ended and that nobody has asked about yet still has its number.
  return now.state !== 'Z' && (started === '' || now.started === started);
}

/** This process. */
export function self(): Holder {
  return holderOf(process.pid);
}

export function holderOf(pid: number): Holder {
  return { host: hostname(), pid, started: startTime(pid) ?? '' };
}

/** Ends the process that `path` names, with all that it started, if it outlived the run that it worked for. */
export async function endWorker(path: string): Promise<void> {
  const worker = readHolder(path);
  if (typeof worker === 'string' || worker.host !== hostname()) return;
  while (isAlive(worker)) {
    try {
      process.kill(-worker.pid, 'SIGKILL');
    } catch {
      // It has just ended, or belongs to another user.
      return;
    }
    await delay(ENDING_MILLISECONDS);
  }
}

/** Clock ticks since boot at which the process started, where `/proc` tells. */
function startTime(pid: number): string | undefined {
  return statusOf(pid)?.started;
}

function statusOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
