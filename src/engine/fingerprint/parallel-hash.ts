import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ContentHash, ContentHasher } from './content-hasher.ts';
import type { FoundFile } from './file-facts.ts';

/** Below this total size, in bytes, starting workers takes longer than they save. */
const WORTH_WORKERS = 64 << 20;
const MOST_WORKERS = 7;
/** How long a worker may take for one file before this thread hashes it, too. The only way to notice a dead worker. */
const TIMEOUT_MILLISECONDS = 10_000;

/** The memory that the threads share: the queue of files and their hashes. */
export interface SharedHashes {
  readonly paths: readonly string[];
  /** In bytes. */
  readonly sizes: readonly number[];
  /** One number: the index of the first file that no thread has taken. */
  readonly next: Int32Array;
  /** The `STATE` of each file. */
  readonly states: Int32Array;
  /** XXH64 and SHA-256 of each file: 40 bytes. */
  readonly hashes: Uint8Array;
}

export const STATE = { open: 0, done: 1, failed: 2 } as const;
export const HASH_BYTES = 40;

/** Hashes files on all cores. `worker`: the path of the hash worker, whose threads take files from the same queue. */
export function hashAll(files: readonly FoundFile[], hasher: ContentHasher, worker: string | undefined): ContentHash[] {
  const paths = files.map(({ path }) => path);
  const sizes = files.map(({ stats }) => Number(stats.size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const helpers = Math.min(MOST_WORKERS, availableParallelism() - 1, paths.length - 1);
  if (worker === undefined || helpers < 1 || bytes < WORTH_WORKERS)
    return paths.map((path, index) => hasher.hash(path, sizes[index] ?? 0));
  const shared: SharedHashes = {
    paths,
    sizes,
    next: new Int32Array(new SharedArrayBuffer(4)),
    states: new Int32Array(new SharedArrayBuffer(4 * paths.length)),
    hashes: new Uint8Array(new SharedArrayBuffer(HASH_BYTES * paths.length)),
  };
  const workers = Array.from({ length: helpers }, () => new Worker(worker, { workerData: shared }));
  for (const helper of workers) {
    // This thread hashes the files that a failed worker leaves open.
    helper.on('error', () => undefined);
    helper.unref();
  }
  const own = new Map<number, ContentHash>();
  for (let index = take(shared); index < paths.length; index = take(shared)) {
    own.set(index, hasher.hash(paths[index] ?? '', sizes[index] ?? 0));
  }
  const hashes = paths.map((path, index) => {
    const mine = own.get(index);
    if (mine !== undefined) return mine;
    Atomics.wait(shared.states, index, STATE.open, TIMEOUT_MILLISECONDS);
    return Atomics.load(shared.states, index) === STATE.done
      ? hashAt(shared, index)
      : hasher.hash(path, sizes[index] ?? 0);
  });
  for (const helper of workers) void helper.terminate();
  return hashes;
}

export function take({ next }: SharedHashes): number {
  return Atomics.add(next, 0, 1);
}

function hashAt({ hashes }: SharedHashes, index: number): ContentHash {
  const hex = Buffer.from(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)).toString('hex');
  return { quick: hex.slice(0, 16).replace(/^0+(?=.)/, ''), digest: hex.slice(16) };
}
