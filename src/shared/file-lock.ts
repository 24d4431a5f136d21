import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFor } from './atomic-write.ts';
import { describeHandle, type Handle, livenessOf, ownHandle, parseHandle } from './holder.ts';
import { failure, type Result, success } from './problem.ts';

/** How often a holder shows that it lives, and when it counts as gone without that. Milliseconds. */
export interface Patience {
  readonly poll: number;
  readonly heartbeat: number;
  /** Only for a holder that cannot be seen from here: on another machine, or in another container. */
  readonly silence: number;
}

const PATIENCE: Patience = { poll: 100, heartbeat: 10_000, silence: 120_000 };
/** A lock that nobody can read was just being written, or is corrupted. */
const UNREADABLE_MILLISECONDS = 10_000;

/**
 * Takes the lock file `path`, waiting while another process holds it. A holder on this machine is waited for as long as
 * it lives; one that cannot be seen from here as long as its heartbeat renews the file.
 *
 * @param waiting is called once with who holds it, in words.
 * @returns how to release it, or nothing if `signal` aborted the wait.
 */
export async function lock(
  path: string,
  waiting: (holder: string) => void,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<(() => void) | undefined> {
  const silence = new Silence(patience.silence);
  let told = false;
  while (!signal.aborted) {
    const attempt = attemptLock(path, silence, patience);
    if (attempt.ok) return attempt.value;
    const holder = attempt.failure;
    if (!told && holder !== 'unreadable' && livenessOf(holder) !== 'dead') {
      waiting(describeWaiting(holder, patience));
      told = true;
    }
    await delay(patience.poll, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Takes the lock file `path` if nobody holds it. */
export function tryLock(path: string, { heartbeat }: Pick<Patience, 'heartbeat'> = PATIENCE): (() => void) | undefined {
  const own = ownHandle();
  mkdirSync(dirname(path), { recursive: true });
  if (!create(path, own)) return undefined;
  const beating = setInterval(() => renew(path), heartbeat).unref();
  return () => {
    clearInterval(beating);
    // After a long sleep of this machine somebody else may have taken it over.
    if (readHolder(path) === own) rmSync(path, { force: true });
  };
}

/**
 * Takes the lock file `path` if nobody holds it, or if whoever holds it is gone. Otherwise returns the holder. Somebody
 * who tries time and again keeps one `silence` for each file.
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
    // Removed by hand, or a file system that is away for the moment.
  }
}

function describeWaiting(holder: Handle, { silence }: Patience): string {
  const words = describeHandle(holder);
  if (livenessOf(holder) !== 'unknown') return words;
  return `${words} (taken over after ${Math.round(silence / 1000)} s without a sign of life)`;
}

/** A link appears complete or not at all, so that nobody reads a lock without its holder. */
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

/** What file systems say that have no links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/** For a moment such a lock is there without its holder. */
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
 * Of several processes that find a dead holder's lock, one at a time looks again and removes it, under a lock of its
 * own: so nobody removes the lock that another has taken meanwhile. Returns whether it was this one's turn.
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
    case 'unknown':
      return silence.isOver(holder, changedAt(path), Date.now());
  }
}

/**
 * Tells whether a holder has been silent for too long. The clocks of two machines differ, so what counts is whether the
 * file's time changes, and for how long, by this machine's clock, it has not.
 */
export class Silence {
  readonly #most: number;
  #last: { readonly holder: Handle; readonly changed: number | undefined; readonly seen: number } | undefined;

  /** `most`: milliseconds. */
  constructor(most = PATIENCE.silence) {
    this.#most = most;
  }

  isOver(holder: Handle, changed: number | undefined, now: number): boolean {
    const last = this.#last;
    if (last === undefined || last.holder !== holder || last.changed !== changed) {
      this.#last = { holder, changed, seen: now };
      return false;
    }
    return now - last.seen >= this.#most;
  }
}

/** A lock that was corrupted, or whose holder is just being written down. */
type Unread = 'released' | 'unreadable';

function readHolder(path: string): Handle | Unread {
  try {
    return parseHandle(readFileSync(path, 'utf8')) ?? 'unreadable';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return 'unreadable';
    // A symbolic link to nothing cannot be read either, but is in the way of every new lock.
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? 'released' : 'unreadable';
  }
}

function isOld(path: string): boolean {
  const changed = changedAt(path);
  // A time in the future says that the clock was set back since: nobody is writing the lock now.
  return changed === undefined || Math.abs(Date.now() - changed) > UNREADABLE_MILLISECONDS;
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
