import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../index.ts';
import { lock } from '../../shared/file-lock.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';
import { describeDigest, digestOf, type PinnedDigest, type PinnedFile } from './pinned-file.ts';
import { removePartial, transfer } from './transfer.ts';

const PAUSES = [1000, 3000, 10_000];

export interface DownloadOptions {
  /** The folder in which it is kept. */
  readonly directory: string;
  /** What to do where the network does not serve. */
  readonly otherwise: string;
  readonly signal: AbortSignal;
  /** Connects through a proxy, for example; Node's own by default. */
  readonly fetch?: typeof globalThis.fetch;
  log(message: string): void;
  progress(progress: Progress): void;
  /** Milliseconds to wait before each further try. A try that got further begins them anew. */
  readonly pauses?: readonly number[];
}

/**
 * Fetches a file, once: what is there already, whole and with the pinned digest, is not fetched again; what an earlier
 * try got is gone on with; of several at the same time one fetches it and the others wait. Throws the signal's reason
 * when it is aborted.
 *
 * @returns the path at which it is.
 */
export async function download(file: PinnedFile, options: DownloadOptions): Promise<Result<string>> {
  const { directory, signal, log } = options;
  const folder = path.join(directory, `${file.digest.algorithm}-${file.digest.hex}`);
  const target = path.join(folder, nameIn(file.url));
  try {
    if (await isWhole(target, file.digest)) return success(target);
    const waiting = (holder: string) => log(`waiting for ${holder}, which downloads ${file.url}`);
    const unlock = await lock(`${folder}.lock`, waiting, signal);
    signal.throwIfAborted();
    try {
      if (await isWhole(target, file.digest)) return success(target);
      mkdirSync(folder, { recursive: true });
      return await fetchInto(target, file, options);
    } finally {
      unlock?.();
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error;
    return problem(`cannot keep the download: ${reasonOf(error)}`, {
      at: { file: target },
      advice: 'Make room there, or make it writable.',
    });
  }
}

async function fetchInto(target: string, file: PinnedFile, options: DownloadOptions): Promise<Result<string>> {
  const { signal, log, progress, pauses = PAUSES, otherwise } = options;
  const partial = `${target}.partial`;
  log(`downloading ${file.url}`);
  let [failures, furthest] = [0, 0];
  for (;;) {
    const moved = await transfer(file.url, partial, { signal, progress, fetch: options.fetch });
    signal.throwIfAborted();
    switch (moved.kind) {
      case 'whole': {
        const found = await digestOf(partial, file.digest.algorithm);
        if (found.hex === file.digest.hex) return keep(partial, target);
        removePartial(partial);
        // What was begun earlier may have been of another file.
        if (moved.resumed) break;
        return wrongDigest(file, found);
      }
      case 'refused':
        return problem(`cannot download ${file.url}: ${moved.reason}`, { advice: otherwise });
      case 'broken': {
        failures = moved.reached > furthest ? 1 : failures + 1;
        furthest = Math.max(furthest, moved.reached);
        const pause = pauses[failures - 1];
        if (pause === undefined) {
          return problem(`cannot download ${file.url}: ${moved.reason}, ${failures} times`, { advice: otherwise });
        }
        log(`${moved.reason}: trying again`);
        await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
        break;
      }
      default:
        return moved satisfies never;
    }
  }
}

/** The last part of an address, as a file's name. */
function nameIn(url: string): string {
  return (
    path.posix
      .basename(new URL(url).pathname)
      .replaceAll(/[^\w.-]/g, '_')
      .slice(-100) || 'file'
  );
}

function keep(partial: string, target: string): Result<string> {
  renameSync(partial, target);
  removePartial(partial);
  return success(target);
}

function wrongDigest({ url, digest }: PinnedFile, found: PinnedDigest): Result<string> {
  return problem(`what ${url} gives is another file: ${describeDigest(found)}, expected ${describeDigest(digest)}`, {
    advice: 'Look whether the address and the digest belong together; a proxy may have given a page of its own.',
  });
}

/** Whether a file has this digest. A damaged one is removed. That it is used is told by its time. */
async function isWhole(file: string, digest: PinnedDigest): Promise<boolean> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  if ((await digestOf(file, digest.algorithm)).hex !== digest.hex) {
    rmSync(file);
    return false;
  }
  utimesSync(file, new Date(), new Date());
  return true;
}
