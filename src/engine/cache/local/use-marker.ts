import { closeSync, constants, futimesSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from '../../../shared/file-lock.ts';
import { namesIn } from '../../../shared/files.ts';
import { endedBeforeBoot, type Handle, isOwn, livenessOf, ownHandle, parseHandle } from '../../../shared/holder.ts';
import { type FileKind, readText } from '../../../shared/read-file.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import { quietly } from './quietly.ts';

const POLL_MILLISECONDS = 5;
/** A sweep holds its lock only briefly. An older lock was left by a machine that has crashed. */
const STALE_MILLISECONDS = 60_000;
/** How often a marker is touched, for other machines and containers, which cannot see whether its process is alive. */
const HEARTBEAT_MILLISECONDS = 60_000;
/** After a day without a heartbeat, the process counts as dead. Clocks of two machines never differ by this much. */
const FOREIGN_MILLISECONDS = 86_400_000;

/**
 * Records what a running command has looked up, in a file of its own, so that a concurrent sweep keeps it. A command
 * first writes its marker and then checks the sweep's lock; a sweep first takes the lock and then reads the markers. So
 * at least one of them always sees the other.
 */
export class UseMarker {
  readonly #directory: string;
  readonly #recorded = new Set<string>();
  #file: Marker | undefined;

  /** @param cache the cache directory, absolute. */
  constructor(cache: string) {
    this.#directory = join(cache, 'index');
  }

  /** Records that actions or contents are in use from now on. Blocks while a sweep is deleting a batch. */
  add(...used: readonly (ActionKey | Digest)[]): void {
    const fresh = used.filter((id) => !this.#recorded.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.#recorded.add(id);
    try {
      this.#file ??= openMarker(join(this.#directory, 'live'));
      writeSync(this.#file.descriptor, `${fresh.join('\n')}\n`);
    } catch (error) {
      // In a cache that is not writable, a sweep cannot delete anything either.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    waitForSweep(sweepLock(this.#directory));
  }

  /** Removes the marker: the command uses nothing any more. */
  release(): void {
    if (this.#file === undefined) return;
    clearInterval(this.#file.beating);
    closeSync(this.#file.descriptor);
    rmSync(this.#file.path, { force: true });
    this.#file = undefined;
    this.#recorded.clear();
  }
}

/** Returns the actions and contents that running commands use, except those of this process. */
export function usedByOthers(cache: string): ReadonlySet<string> {
  const used = new Set<string>();
  const directory = join(cache, 'index', 'live');
  for (const holder of markers(directory)) {
    if (isOwn(holder) || !isRunning(join(directory, holder), holder)) continue;
    for (const id of read(join(directory, holder), 'marker').split('\n')) used.add(id);
  }
  used.delete('');
  return used;
}

/** Returns whether the command with this handle, which uses the cache, is running. */
export function isCommandRunning(cache: string, holder: Handle): boolean {
  return isRunning(join(cache, 'index', 'live', holder), holder);
}

/** Returns the paths of markers whose process has ended, absolute. */
export function deadMarkers(cache: string): readonly string[] {
  const directory = join(cache, 'index', 'live');
  return markers(directory).flatMap((holder) =>
    isRunning(join(directory, holder), holder) ? [] : [join(directory, holder)],
  );
}

/** Runs `action` while no new look-up can begin. It must be short: all running commands wait for it. */
export async function withSweepLock<Value>(
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
  // The flags prevent waiting for the reader of a pipe, and writing to the target of a link.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  // A network file system may be away for the moment.
  const renew = () => quietly(() => futimesSync(descriptor, new Date(), new Date()));
  const beating = setInterval(renew, HEARTBEAT_MILLISECONDS).unref();
  return { path, descriptor, beating };
}

function markers(directory: string): Handle[] {
  return namesIn(directory).flatMap((name) => parseHandle(name) ?? []);
}

function isRunning(path: string, holder: Handle): boolean {
  const liveness = livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'alive';
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && endedBeforeBoot(holder, stats.mtimeMs)) return false;
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
    const holder = parseHandle(read(path, 'lock'));
    return holder !== undefined && !isOwn(holder) && livenessOf(holder) !== 'dead';
  } catch {
    return false;
  }
}

function read(path: string, kind: FileKind): string {
  const text = readText(path, kind);
  return text.ok ? text.value : '';
}
