import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Holder, isAlive, lock, self } from '../../../shared/file-lock.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';

const POLL_MILLISECONDS = 5;
/** A sweep holds its lock for moments. One that is older was left by a machine that is gone. */
const STALE_MILLISECONDS = 60_000;
/** Of a machine or container that is gone nobody can tell whether its processes are: after so long they are. */
const FOREIGN_MILLISECONDS = 30 * 86_400_000;

/**
 * What a command that is under way has looked up, told in a file of its own: a sweep at the same time leaves it.
 * First it is told and then the sweep's lock is looked for, while a sweep takes the lock and then looks for what was
 * told: so one of them always sees the other.
 */
export class Uses {
  readonly #directory: string;
  readonly #told = new Set<string>();
  #file: { readonly path: string; readonly descriptor: number } | undefined;

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
  for (const { name, holder } of markers(directory)) {
    if (holder.pid === process.pid && holder.host === hostname()) continue;
    if (!isUnderWay(join(directory, name), holder)) continue;
    for (const id of read(join(directory, name)).split('\n')) used.add(id);
  }
  used.delete('');
  return used;
}

/** The markers of processes that are gone, absolute. */
export function deadMarkers(cache: string): readonly string[] {
  const directory = join(cache, 'index', 'live');
  return markers(directory).flatMap(({ name, holder }) =>
    isUnderWay(join(directory, name), holder) ? [] : [join(directory, name)],
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

function openMarker(directory: string): { path: string; descriptor: number } {
  const { pid, started, host } = self();
  const path = join(directory, `${pid}.${started}.${host}`);
  mkdirSync(directory, { recursive: true });
  return { path, descriptor: openSync(path, 'a') };
}

function markers(directory: string): { name: string; holder: Holder }[] {
  return namesIn(directory).flatMap((name) => {
    const [, pid, started = '', host = ''] = /^(\d+)\.(\d*)\.(.+)$/.exec(name) ?? [];
    return pid === undefined ? [] : [{ name, holder: { pid: Number(pid), started, host } }];
  });
}

function isUnderWay(path: string, holder: Holder): boolean {
  if (holder.host === hostname()) return isAlive(holder);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < FOREIGN_MILLISECONDS;
}

function waitForSweep(path: string): void {
  while (isHeld(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MILLISECONDS);
}

function isHeld(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || Date.now() - stats.mtimeMs > STALE_MILLISECONDS) return false;
    const holder = JSON.parse(read(path)) as Holder;
    return !(holder.pid === process.pid && holder.host === hostname()) && isAlive(holder);
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
