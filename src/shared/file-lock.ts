import { linkSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFor } from './atomic-write.ts';
import { describeHandle, endedBeforeBoot, type Handle, livenessOf, ownHandle, parseHandle } from './holder.ts';
import { failure, type Result, success } from './problem.ts';
import { readText } from './read-file.ts';

/** Timing of a lock, in milliseconds. */
export interface Patience {
  readonly poll: number;
  readonly heartbeat: number;
  /** How long a holder on another machine or in another container may miss its heartbeat before it counts as dead. */
  readonly silence: number;
}

const PATIENCE: Patience = { poll: 100, heartbeat: 10_000, silence: 120_000 };
/** After this time, a lock file without a valid holder counts as corrupted; before, it may just be being written. */
const UNREADABLE_MILLISECONDS = 10_000;

/**
 * Takes the lock file `path`, waiting while another process holds it. Waits for a holder on this machine as long as its
 * process is alive, and for any other holder as long as its heartbeat renews the file.
 *
 * @param waiting is called once, with a description of the holder, if it has to wait.
 * @returns a function that releases the lock, or nothing if `signal` aborted the wait.
 */
export async function lock(
  path: string,
  waiting: (holder: string) => void,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<(() => void) | undefined> {
  const silence = new Silence(patience.silence);
  let reported = false;
  while (!signal.aborted) {
    const attempt = attemptLock(path, silence, patience);
    if (attempt.ok) return attempt.value;
    const holder = attempt.failure;
    if (!reported && holder !== 'unreadable' && livenessOf(holder) !== 'dead') {
      waiting(describeWaiting(holder, patience));
      reported = true;
    }
    await delay(patience.poll, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Takes the lock file `path` if no process holds it. Returns a function that releases it. */
export function tryLock(path: string, { heartbeat }: Pick<Patience, 'heartbeat'> = PATIENCE): (() => void) | undefined {
  const own = ownHandle();
  mkdirSync(dirname(path), { recursive: true });
  if (!create(path, own)) return undefined;
  const beating = setInterval(() => renew(path), heartbeat).unref();
  const release = () => {
    clearInterval(beating);
    held.delete(release);
    if (held.size === 0) process.off('exit', releaseAll);
    // If this machine was suspended, another process may have taken over the lock.
    if (readHolder(path) === own) rmSync(path, { force: true });
  };
  if (held.size === 0) process.on('exit', releaseAll);
  held.add(release);
  return release;
}

/** The releases of the locks that this process holds: at an early exit, nobody has to find out that it is gone. */
const held = new Set<() => void>();

function releaseAll(): void {
  for (const release of held) {
    try {
      release();
    } catch {
      // The file system is away. Others find out that this process has ended.
    }
  }
}

/**
 * Takes the lock file `path` if no process holds it or if its holder is dead. Otherwise fails with the holder. A caller
 * that tries repeatedly must pass the same `silence` for the same file.
 */
export function attemptLock(
  path: string,
  silence: Silence,
  patience: Pick<Patience, 'heartbeat'> = PATIENCE,
): Result<() => void, Handle | 'unreadable'> {
  for (;;) {
    const release = tryLock(path, patience);
    if (release !== undefined) return success(release);
    const holder = readHolder(path);
    if (holder === 'released') continue;
    if (!isGone(holder, path, silence) || !breakLock(path, holder)) return failure(holder);
  }
}

function renew(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Deleted by hand, or the file system is temporarily unavailable.
  }
}

function describeWaiting(holder: Handle, { silence }: Patience): string {
  const words = describeHandle(holder);
  if (livenessOf(holder) !== 'unknown') return words;
  return `${words} (taken over after ${Math.round(silence / 1000)} s without a heartbeat)`;
}

/** Creates the lock by a hard link, which is atomic, so that no process reads a lock without its holder. */
function create(path: string, own: Handle): boolean {
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, own);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (NO_LINKS.includes(code)) return createWithoutLinks(path, own);
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Errors of file systems that have no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/** Creates the lock where hard links are not supported. It exists for a moment without its holder. */
function createWithoutLinks(path: string, own: Handle): boolean {
  try {
    writeFileSync(path, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead holder, under a second lock: of several processes that find it, one at a time checks the
 * holder again and deletes the file, so none deletes a lock that another one has just taken. Returns whether this
 * process had its turn.
 */
function breakLock(path: string, gone: Handle | 'unreadable'): boolean {
  const breaking = `${path}.breaking`;
  if (!create(breaking, ownHandle())) {
    const holder = readHolder(breaking);
    const liveness = holder === 'unreadable' || holder === 'released' ? 'unknown' : livenessOf(holder);
    if (liveness === 'dead' || (liveness === 'unknown' && isOld(breaking))) {
      rmSync(breaking, { recursive: true, force: true });
    }
    return false;
  }
  try {
    if (readHolder(path) === gone) rmSync(path, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(breaking, { force: true });
  }
}

function isGone(holder: Handle | 'unreadable', path: string, silence: Silence): boolean {
  if (holder === 'unreadable') return isOld(path);
  switch (livenessOf(holder)) {
    case 'alive':
      return false;
    case 'dead':
      return true;
    case 'unknown': {
      const changed = changedAt(path);
      return (changed !== undefined && endedBeforeBoot(holder, changed)) || silence.isOver(holder, changed, Date.now());
    }
  }
}

/**
 * Detects a missing heartbeat. The clocks of two machines differ, so it measures by this machine's clock how long the
 * modification time of the file has not changed.
 */
export class Silence {
  readonly #most: number;
  #last: { readonly holder: Handle; readonly changed: number | undefined; readonly seen: number } | undefined;

  /** @param most how long a heartbeat may be missing, in milliseconds. */
  constructor(most = PATIENCE.silence) {
    this.#most = most;
  }

  /** Returns whether the heartbeat of `holder` has been missing for too long. `changed`, `now`: in milliseconds. */
  isOver(holder: Handle, changed: number | undefined, now: number): boolean {
    const last = this.#last;
    if (last === undefined || last.holder !== holder || last.changed !== changed) {
      this.#last = { holder, changed, seen: now };
      return false;
    }
    return now - last.seen >= this.#most;
  }
}

/** A lock file that does not exist, or that is corrupted or just being written. */
type Unread = 'released' | 'unreadable';

function readHolder(path: string): Handle | Unread {
  // A symbolic link, even one to nothing, is refused: it is in the way of every new lock.
  const text = readText(path, 'lock');
  if (text.ok) return parseHandle(text.value) ?? 'unreadable';
  return text.failure.kind === 'missing' ? 'released' : 'unreadable';
}

function isOld(path: string): boolean {
  const changed = changedAt(path);
  // A time in the future says that the clock was set back since: nobody is writing the lock now.
  return changed === undefined || Math.abs(Date.now() - changed) > UNREADABLE_MILLISECONDS;
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
