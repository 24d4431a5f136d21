import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { failure, type Result, success } from '../../shared/problem.ts';
import { SIZE_LIMITS, withFile } from '../../shared/read-file.ts';
import { bytes } from '../../shared/text/format.ts';

/** One chunk unpacks to at most a thousand times its size, all of it in memory. */
const CHUNK = 1 << 14;
/** Weights are random numbers, which hardly compress: what unpacks to much more than its size is a zip bomb. */
const LARGEST_RATIO = 100;

/** Why a file was not unpacked. */
export interface NotUnpacked {
  readonly kind: 'absent' | 'corrupted' | 'refused';
  readonly reason: string;
}

/** Thrown through fflate's callbacks, to stop unpacking. */
class Stopped extends Error {}

/**
 * Unpacks one file of a zip archive to `target`, which does not exist yet. Holds neither of them in memory. Fails with
 * the reason if the archive has no such file, is corrupted, or unpacks to more than is plausible.
 *
 * @returns the CRC-32 of the file.
 */
export function unpackEntry(archive: string, name: string, target: string): Result<number, NotUnpacked> {
  const unpacked = withFile(archive, 'weights', (file, { size }) => unpack(file, size, name, target), 'follow');
  return unpacked.ok ? unpacked.value : failure({ kind: 'refused', reason: unpacked.failure.reason });
}

function unpack(file: number, size: number, name: string, target: string): Result<number, NotUnpacked> {
  const limit = Math.min(SIZE_LIMITS.weights, LARGEST_RATIO * size);
  const output = openSync(target, 'wx');
  let state: 'absent' | 'unpacking' | 'complete' = 'absent';
  let written = 0;
  let checksum = 0;
  let begun = false;
  const take = (entry: UnzipFile) => {
    if (entry.name !== name || state !== 'absent') return;
    state = 'unpacking';
    begun = true;
    entry.ondata = (error, chunk, final) => {
      if (error !== null) throw error;
      written += chunk.length;
      if (written > limit) throw new Stopped(`"${name}" in it unpacks to more than ${bytes(limit)}`);
      checksum = crc32(chunk, checksum);
      for (let at = 0; at < chunk.length; ) at += writeSync(output, chunk, at);
      if (final) state = 'complete';
    };
    entry.start();
  };
  try {
    const unzip = new Unzip(take);
    unzip.register(UnzipInflate);
    const chunk = Buffer.alloc(CHUNK);
    for (;;) {
      const count = readSync(file, chunk, 0, CHUNK, null);
      // fflate keeps what it is given.
      unzip.push(Uint8Array.from(chunk.subarray(0, count)), count === 0);
      if (count === 0 || isComplete(state)) break;
    }
  } catch (error) {
    if (isOfDisk(error)) throw error;
    const reason = (error as Error).message;
    return failure({ kind: error instanceof Stopped ? 'refused' : 'corrupted', reason });
  } finally {
    closeSync(output);
  }
  if (isComplete(state)) return success(checksum);
  return failure(begun ? { kind: 'corrupted', reason: 'it is incomplete' } : { kind: 'absent', reason: '' });
}

/** Keeps the compiler from taking the state, which a callback changes, for constant. */
function isComplete(state: string): boolean {
  return state === 'complete';
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
