import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ContentHash, ContentHasher } from './content-hasher.ts';
import type { FoundFile } from './file-facts.ts';

/** Below this a worker costs more to start than it saves. */
const WORTH_WORKERS = 64 << 20;
const MOST_WORKERS = 7;
/** How long a worker may take over one file before this thread does it, too: a worker that died is told by nothing else. */
const PATIENCE_MILLISECONDS = 10_000;

/** What the threads share: who takes which file next, and what came of it. */
export interface SharedHashes {
  readonly paths: readonly string[];
  /** In bytes. */
  readonly sizes: readonly number[];
  /** One number: the first file that nobody has taken. */
  readonly next: Int32Array;
  /** For each file whether it is open, done, or could not be read. */
  readonly states: Int32Array;
  /** For each file its XXH64 and SHA-256: 40 bytes. */
  readonly hashes: Uint8Array;
}

export const STATE = { open: 0, done: 1, failed: 2 } as const;
export const HASH_BYTES = 40;

/** Hashes files on all cores. `worker`: the path of the hash worker, whose threads take files as this one does. */
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
    // Whatever befalls a worker, this thread hashes what it leaves open.
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
    Atomics.wait(shared.states, index, STATE.open, PATIENCE_MILLISECONDS);
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
