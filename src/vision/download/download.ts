import { mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../index.ts';
import { lock } from '../../shared/file-lock.ts';
import { statsOf } from '../../shared/paths-below.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { SIZE_LIMITS } from '../../shared/read-file.ts';
import { duration } from '../../shared/text/format.ts';
import { reasonOf } from '../../shared/wording.ts';
import { describeDigest, digestOf, type PinnedDigest, type PinnedFile } from './pinned-file.ts';
import { removePartial, transfer } from './transfer.ts';

/** Milliseconds to wait before each retry. */
const PAUSES = [1000, 3000, 10_000];
/** A server that sends a byte a minute must not keep a run for ever. In seconds, for all attempts together. */
const DEADLINE_SECONDS = 6 * 3600;

export interface DownloadOptions {
  /** The folder in which downloads are stored. */
  readonly directory: string;
  /** Advice for the case that the file cannot be downloaded. */
  readonly otherwise: string;
  readonly signal: AbortSignal;
  /** Connects through a proxy, for example; Node's own by default. */
  readonly fetch?: typeof globalThis.fetch;
  log(message: string): void;
  progress(progress: Progress): void;
  /** Milliseconds to wait before each retry. An attempt that makes progress resets the sequence. */
  readonly pauses?: readonly number[];
  /** Seconds that the download may take, with all its attempts; 6 hours by default. */
  readonly deadline?: number;
}

/**
 * Downloads a file unless it has been downloaded already with the pinned digest. Resumes an incomplete download; of several
 * concurrent processes one downloads and the others wait. Network errors, another digest, a file that is too large, an
 * exceeded deadline and disk errors are failures.
 * Throws the signal's reason when it is aborted.
 *
 * @returns the path of the downloaded file.
 */
export async function download(file: PinnedFile, options: DownloadOptions): Promise<Result<string>> {
  const { directory, signal, log } = options;
  const folder = path.join(directory, `${file.digest.algorithm}-${file.digest.hex}`);
  const target = path.join(folder, nameIn(file.url));
  try {
    if (await isIntact(target, file.digest)) return success(target);
    const waiting = (holder: string) => log(`waiting for ${holder}, which is downloading ${file.url}`);
    const unlock = await lock(`${folder}.lock`, waiting, signal);
    signal.throwIfAborted();
    try {
      if (await isIntact(target, file.digest)) return success(target);
      mkdirSync(folder, { recursive: true });
      return await fetchInto(target, file, options);
    } finally {
      unlock?.();
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error;
    return problem(`cannot store the download: ${reasonOf(error)}`, {
      at: { file: target },
      advice: 'Free disk space, or make the folder writable.',
    });
  }
}

async function fetchInto(target: string, file: PinnedFile, options: DownloadOptions): Promise<Result<string>> {
  const { signal, log, progress, pauses = PAUSES, otherwise, deadline = DEADLINE_SECONDS } = options;
  const maxBytes = file.maxBytes ?? SIZE_LIMITS.weights;
  const ends = performance.now() + deadline * 1000;
  const partial = `${target}.partial`;
  log(`downloading ${file.url}`);
  let [failures, furthest] = [0, 0];
  for (;;) {
    const milliseconds = ends - performance.now();
    const result = await transfer(file.url, partial, {
      signal,
      progress,
      fetch: options.fetch,
      maxBytes,
      milliseconds,
    });
    signal.throwIfAborted();
    switch (result.kind) {
      case 'complete': {
        const found = await digestOf(partial, file.digest.algorithm);
        if (found.hex === file.digest.hex) return moveIntoPlace(partial, target);
        removePartial(partial);
        // The partial file that was resumed may have been of another file, so start again.
        if (result.resumed) break;
        return wrongDigest(file, found);
      }
      case 'too-late':
        return problem(`cannot download ${file.url}: it takes longer than ${duration(deadline)}`, {
          advice: otherwise,
        });
      case 'rejected':
        return problem(`cannot download ${file.url}: ${result.reason}`, { advice: otherwise });
      case 'interrupted': {
        failures = result.reached > furthest ? 1 : failures + 1;
        furthest = Math.max(furthest, result.reached);
        const pause = pauses[failures - 1];
        if (pause === undefined) {
          return problem(`cannot download ${file.url}: ${result.reason} (${failures} attempts)`, { advice: otherwise });
        }
        log(`${result.reason}; retrying`);
        await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
        break;
      }
      default:
        return result satisfies never;
    }
  }
}

/** Returns the last part of a URL as a valid file name. */
function nameIn(url: string): string {
  return (
    path.posix
      .basename(new URL(url).pathname)
      .replaceAll(/[^\w.-]/g, '_')
      .slice(-100) || 'file'
  );
}

function moveIntoPlace(partial: string, target: string): Result<string> {
  renameSync(partial, target);
  removePartial(partial);
  return success(target);
}

function wrongDigest({ url, digest }: PinnedFile, found: PinnedDigest): Result<string> {
  return problem(`${url} has unexpected content: got ${describeDigest(found)}, expected ${describeDigest(digest)}`, {
    advice: 'Check that the URL and the digest belong together; a proxy may have returned a page of its own.',
  });
}

/**
 * Returns whether a file has this digest. Deletes a corrupted file or what else is in its place, and touches an intact one, so that `cache gc` knows that
 * it is in use.
 */
async function isIntact(file: string, digest: PinnedDigest): Promise<boolean> {
  const stats = statsOf(file);
  if (stats === undefined) return false;
  if (!stats.isFile()) {
    rmSync(file, { recursive: true });
    return false;
  }
  if ((await digestOf(file, digest.algorithm)).hex !== digest.hex) {
    rmSync(file);
    return false;
  }
  utimesSync(file, new Date(), new Date());
  return true;
}
