import {
  closeSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { lock } from '../../../shared/file-lock.ts';
import { type Handle, isOwn, livenessOf, ownHandle, parseHandle } from '../../../shared/holder.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';

const POLL_MILLISECONDS = 5;
/** A sweep holds its lock for moments. One that is older was left by a machine that is gone. */
const STALE_MILLISECONDS = 60_000;
/** A marker is renewed so often, for those who cannot see from their machine or container whether its process lives. */
const HEARTBEAT_MILLISECONDS = 60_000;
/** After a day without that its process counts as gone. The clocks of two machines never differ by so much. */
const FOREIGN_MILLISECONDS = 86_400_000;

/**
 * What a command that is under way has looked up, told in a file of its own: a sweep at the same time leaves it.
 * First it is told and then the sweep's lock is looked for, while a sweep takes the lock and then looks for what was
 * told: so one of them always sees the other.
 */
export class Uses {
  readonly #directory: string;
  readonly #told = new Set<string>();
  #file: Marker | undefined;

  /** `cache`: the cache's directory. */
  constructor(cache: string) {
    this.#directory = join(cache, 'index');
  }

  /** Tells that an action or content is used from now on. Waits a moment if a sweep is just taking things away. */
  tell(...used: readonly (ActionKey | Digest)[]): void {
    const fresh = used.filter((id) => !this.#told.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.#told.add(id);
    try {
      this.#file ??= openMarker(join(this.#directory, 'live'));
      writeSync(this.#file.descriptor, `${fresh.join('\n')}\n`);
    } catch (error) {
      // Where nothing can be written nothing can be swept away either.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    waitForSweep(sweepLock(this.#directory));
  }

  /** Nothing is used any more. */
  release(): void {
    if (this.#file === undefined) return;
    clearInterval(this.#file.beating);
    closeSync(this.#file.descriptor);
    rmSync(this.#file.path, { force: true });
    this.#file = undefined;
    this.#told.clear();
  }
}

/** Of all commands that are under way, except this process: the actions and contents that they use. */
export function usedByOthers(cache: string): ReadonlySet<string> {
  const used = new Set<string>();
  const directory = join(cache, 'index', 'live');
  for (const holder of markers(directory)) {
    if (isOwn(holder) || !isUnderWay(join(directory, holder), holder)) continue;
    for (const id of read(join(directory, holder)).split('\n')) used.add(id);
  }
  used.delete('');
  return used;
}

/** The markers of processes that are gone, absolute. */
export function deadMarkers(cache: string): readonly string[] {
  const directory = join(cache, 'index', 'live');
  return markers(directory).flatMap((holder) =>
    isUnderWay(join(directory, holder), holder) ? [] : [join(directory, holder)],
  );
}

/** Runs `action` while no look-up begins. It has to be short: all that runs waits for it. */
export async function whileNothingIsLookedUp<Value>(
  cache: string,
  action: () => Value,
  signal: AbortSignal,
): Promise<Value | undefined> {
  const release = await lock(sweepLock(join(cache, 'index')), () => undefined, signal);
  if (release === undefined) return undefined;
  try {
    return action();
  } finally {
    release();
  }
}

function sweepLock(index: string): string {
  return join(index, 'sweep.lock');
}

interface Marker {
  readonly path: string;
  readonly descriptor: number;
  readonly beating: NodeJS.Timeout;
}

function openMarker(directory: string): Marker {
  const path = join(directory, ownHandle());
  mkdirSync(directory, { recursive: true });
  const descriptor = openSync(path, 'a');
  const beating = setInterval(() => futimesSync(descriptor, new Date(), new Date()), HEARTBEAT_MILLISECONDS).unref();
  return { path, descriptor, beating };
}

function markers(directory: string): Handle[] {
  return namesIn(directory).flatMap((name) => parseHandle(name) ?? []);
}

function isUnderWay(path: string, holder: Handle): boolean {
  const liveness = livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'alive';
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < FOREIGN_MILLISECONDS;
}

function waitForSweep(path: string): void {
  while (isHeld(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MILLISECONDS);
}

function isHeld(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    // A time in the future says that the clock was set back since.
    if (stats === undefined || Math.abs(Date.now() - stats.mtimeMs) > STALE_MILLISECONDS) return false;
    const holder = parseHandle(read(path));
    return holder !== undefined && !isOwn(holder) && livenessOf(holder) !== 'dead';
  } catch {
    return false;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
