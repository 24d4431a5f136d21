/** The main module of a worker thread that hashes files. */
import { workerData } from 'node:worker_threads';
import { ContentHasher } from './content-hasher.ts';
import { HASH_BYTES, type SharedHashes, STATE, take } from './parallel-hash.ts';

const shared = workerData as SharedHashes;
const hasher = new ContentHasher();
await hasher.prepare();
for (let index = take(shared); index < shared.paths.length; index = take(shared)) {
  let state: number = STATE.done;
  try {
    const { quick, digest } = hasher.hash(shared.paths[index] ?? '', shared.sizes[index] ?? 0);
    shared.hashes.set(Buffer.from(quick.padStart(16, '0') + digest, 'hex'), index * HASH_BYTES);
  } catch {
    state = STATE.failed;
  }
  Atomics.store(shared.states, index, state);
  Atomics.notify(shared.states, index);
}
